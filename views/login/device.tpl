% # Needs: state ("waiting", "approved", "denied" or "over"), wait (Wait or None), code (str), address (URL), qr (data address or empty), client (Client or None: for that app only), target (path), here, again, back (paths), refresh (seconds or None)
% rebase("layout/bare.tpl", title=_("Sign in with another device"), scripts=["waiting.js"])
<div class="sheet">
% if state == "waiting":
<div class="centred fields">
<h1>{{_("Sign in to {app} with another device").format(app=client.name) if client else _("Sign in with another device")}}</h1>
<p class="soft">{{_("Scan this with the camera of a device that has your passkey.")}}</p>
% if qr:
<img class="qr" src="{{qr}}" alt="{{_("QR code that opens the address below with the code")}}" width="200" height="200">
<p class="soft">{{_("or")}}</p>
% end
<p>{{_("Visit {url} and enter:").format(url=address)}}</p>
<p class="device-code"><code id="code">{{code}}</code></p>
<p class="soft" role="status">{{_("Waiting for approval. The code is good for five minutes.")}}</p>
</div>
<noscript><p class="centred"><a class="button" href="">{{_("I have approved it: go on")}}</a></p></noscript>
% elif state == "approved":
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("It is approved")}}</h1>
</div>
% elif state == "denied":
<h1>{{_("The sign-in was denied")}}</h1>
<p>{{_("Somebody pressed “Deny” on the other device. If that was a slip, try again with a new code.")}}</p>
% else:
<h1>{{_("This code has expired")}}</h1>
<p>{{_("A code is good for five minutes, once, and only in the browser that shows it.")}}</p>
% end
% if state in ("waiting", "approved"):
<form method="post" action="{{here}}" data-state="{{here}}/state?id={{wait.id}}">
% include("parts/form_token.tpl")
<input type="hidden" name="id" value="{{wait.id}}"><input type="hidden" name="redirect" value="{{target}}">
% if state == "approved":
<button class="primary wide">{{_("Go on to {app}").format(app=client.name) if client else _("Sign in")}}</button>
% end
</form>
% else:
<a class="button primary wide" href="{{again}}">{{_("Try again")}}</a>
% end
% if client and state == "waiting":
<p class="soft centred">{{_("Only {app} is signed in on this device. Nothing else of yours can be opened here.").format(app=client.name)}}</p>
% end
<p class="centred"><a href="{{back}}">{{_("Another way to sign in")}}</a></p>
</div>
