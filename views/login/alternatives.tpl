% # Needs: target (path), query (text)
% rebase("layout/bare.tpl", title=_("Another way to sign in"))
<div class="sheet">
<h1>{{_("Another way to sign in")}}</h1>
<section class="fields">
<h2>{{_("A passkey on your phone or another device")}}</h2>
<p>{{_("Begin as usual. When your browser asks for the passkey, choose another phone, tablet or security key: it shows a QR code for your phone's camera.")}}</p>
<a class="button primary" href="/login{{query}}">{{_("Sign in with a passkey")}}</a>
</section>
<section class="fields">
<h2>{{_("A one-time code")}}</h2>
<p>{{_("Lost your passkey? The person who runs {app} can give you a code that lets you in once, to add a new one.").format(app=site.app_name)}}</p>
<a class="button" href="/lc{{query}}">{{_("Enter a code")}}</a>
</section>
</div>
