% # Needs: code (str)
% rebase("layout/bare.tpl", title=_("Enter the code where you asked for it"))
<div class="sheet">
<h1>{{_("Enter the code where you asked for it")}}</h1>
<p class="device-code"><code>{{code}}</code></p>
<div class="prose">
<p>{{_("This code is good only in the browser in which you asked for it: type it there, on that device.")}}</p>
<p>{{_("You did not ask for it? Then somebody typed your address, and cannot go on without the code. Tell it to nobody.")}}</p>
</div>
<p class="centred"><a href="/login">{{_("Sign in here instead")}}</a></p>
</div>
