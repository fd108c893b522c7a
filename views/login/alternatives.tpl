% # Needs: query (text), interaction (Interaction or None), client (Client or None: the app of the interaction), sends_codes (bool)
% rebase("layout/bare.tpl", title=_("Another way to sign in"))
<div class="sheet">
<h1>{{_("Another way to sign in")}}</h1>
<ul class="fields">
<li><a class="card tile-link" href="/login/alternative/device{{query}}"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="4" width="12" height="9" rx="1.5"/><path d="M6 17h6m-3-4v4"/><rect x="16" y="9" width="5" height="10" rx="1.2"/></svg><span class="grow"><strong>{{_("Sign in with another device")}}</strong><small>{{_("This one shows a QR code; a phone with your passkey lets it in.")}}</small></span></a></li>
% if interaction:
<li><a class="card tile-link" href="/login/alternative/device?app={{interaction.id}}"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="5" width="18" height="11" rx="1.5"/><path d="M8 20h8m-4-4v4"/></svg><span class="grow"><strong>{{_("With another device, for {app} only").format(app=client.name)}}</strong><small>{{_("For a television or somebody else's computer: nothing but the app is signed in here.")}}</small></span></a></li>
% end
<li><a class="card tile-link" href="/lc{{query}}"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="7" width="18" height="10" rx="2"/><path d="M7 12h.01M12 12h.01M17 12h.01"/></svg><span class="grow"><strong>{{_("Login code")}}</strong><small>{{_("Lost your passkey? The person who runs {app} can give you a code that lets you in once.").format(app=site.app_name)}}</small></span></a></li>
% if sends_codes:
<li><a class="card tile-link" href="/login/alternative/email{{query}}"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="5" width="18" height="14" rx="2"/><path d="m4 7 8 6 8-6"/></svg><span class="grow"><strong>{{_("E-mail")}}</strong><small>{{_("You get a code that lets you in once, in this browser.")}}</small></span></a></li>
% end
</ul>
<p class="centred"><a href="/login{{query}}">{{_("Use your passkey instead?")}}</a></p>
</div>
