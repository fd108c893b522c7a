% # Needs: passkey (Passkey)
% rebase("layout/bare.tpl", title=_("Your only way in"))
<div class="sheet">
<h1>{{_("“{name}” is your only way in").format(name=passkey.name)}}</h1>
<p>{{_("Without it you could not sign in any more, here or in any app. Add another passkey first; then this one can be deleted.")}}</p>
<div class="row apart">
<a class="button" href="/settings/account">{{_("Back to your account")}}</a>
<a class="button primary" href="/settings/account/passkeys/new">{{_("Add a passkey")}}</a>
</div>
</div>
