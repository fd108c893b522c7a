% # Needs: change (users.Change), errors (dict), passed (dict of hidden fields), query (text), needs_email (bool)
% rebase("layout/bare.tpl", title=_("Sign up"))
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Sign up for {app}").format(app=site.app_name)}}</h1>
<p class="soft">{{_("Tell us who you are. After this you add a passkey; there is no password here.")}}</p>
</div>
<form method="post" action="/signup" class="fields">
% include("parts/form_token.tpl")
% for name, value in passed.items():
<input type="hidden" name="{{name}}" value="{{value}}">
% end
<div class="fields pair">
% include("parts/field.tpl", name="first_name", label=_("First name"), value=change.first_name, errors=errors, hint="", type="text", autocomplete="given-name", required=True, maxlength=50, autofocus=True)
% include("parts/field.tpl", name="last_name", label=_("Last name"), value=change.last_name, errors=errors, hint="", type="text", autocomplete="family-name", required=False, maxlength=50, autofocus=False)
</div>
% include("parts/field.tpl", name="username", label=_("User name"), value=change.username, errors=errors, hint=_("Letters a to z, digits, and . _ - @ between them."), type="text", autocomplete="username", required=True, maxlength=50, autofocus=False)
% include("parts/field.tpl", name="email", label=_("E-mail") if needs_email else _("E-mail (may stay empty)"), value=change.email, errors=errors, hint=_("Apps recognise you by it."), type="email", autocomplete="email", required=needs_email, maxlength=255, autofocus=False)
<button class="primary wide">{{_("Go on to the passkey")}}</button>
</form>
</div>
<p class="soft centred">{{_("You have an account?")}} <a href="/login{{query}}">{{_("Sign in")}}</a></p>
