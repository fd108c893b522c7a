% # Needs: ceremony ("get" or "create"), options (JSON text), action (URL), fields (pairs of hidden fields), button; optional autofill (bool)
<form method="post" action="{{action}}" class="fields" data-passkey="{{ceremony}}" data-options="{{options}}" data-not-allowed="{{_("Nothing was chosen, or it took too long. Please try again.")}}" data-registered="{{_("This device or password manager has a passkey for this account already.")}}" data-certificate="{{_("The browser does not trust this site's certificate, and allows no passkeys until it does. Whoever runs the site has to mend that.")}}" data-address="{{_("Passkeys do not work at this address. Open this site at the address that it was set up for.")}}" data-other="{{_("Your device could not do that. Please try again, or use another device.")}}">
% include("parts/form_token.tpl")
% for name, value in fields:
<input type="hidden" name="{{name}}" value="{{value}}">
% end
<input type="hidden" name="credential">
<div class="fields" data-supported>
<button class="primary wide"><svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><circle cx="8" cy="15" r="4.5"/><path d="M11.3 11.7 20 3m-4 4 3 3m-6 0 2.5 2.5"/></svg> {{button}}</button>
% if get("autofill"):
<div class="field"><label for="suggestions">{{_("Or pick it from your browser's suggestions")}}</label><input id="suggestions" autocomplete="username webauthn" autocapitalize="none" spellcheck="false" placeholder="{{_("User name")}}"></div>
% end
</div>
<p class="notice bad" role="alert" data-problem hidden></p>
<template><div class="notice warn" role="alert">
<p><strong>{{_("This browser cannot use passkeys.")}}</strong></p>
<p>{{_("If this page opened inside another app, open it in your browser instead: look for “Open in browser” in the menu of this window, or copy the address.")}} {{_("On an older computer, use a phone or another device.")}}</p>
</div></template>
<noscript><p class="notice warn">{{_("Passkeys need JavaScript. Please allow it for this site; nothing else here needs it.")}}</p></noscript>
</form>
