% # Needs: target (path), query (text), typed (str), errors (dict)
% rebase("layout/bare.tpl", title=_("Sign in by e-mail"))
<div class="sheet">
<div class="heading"><h1>{{_("Sign in by e-mail")}}</h1><p class="soft">{{_("You get a code that lets you in once, in this browser.")}}</p></div>
<form method="post" action="/login/alternative/email" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="redirect" value="{{target}}">
% include("parts/field.tpl", name="email", label=_("Your e-mail"), value=typed, errors=errors, type="email", autocomplete="email", required=True, maxlength=255, autofocus=True)
<button class="primary wide">{{_("Send me a code")}}</button>
</form>
<p class="centred"><a href="/login/alternative{{query}}">{{_("Another way to sign in")}}</a></p>
</div>
