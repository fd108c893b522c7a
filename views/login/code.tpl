% # Needs: target (path), query (text), code (str), app_name (str or None)
% rebase("layout/bare.tpl", title=_("Sign in with a code"))
<div class="sheet">
<h1>{{_("Sign in with a code")}}</h1>
<form method="post" action="/lc" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="redirect" value="{{target}}">
% include("parts/field.tpl", name="code", label=_("One-time code"), value=code, errors={}, hint=_("As you were given it. Small and capital letters are the same, and dashes may be left out."), autocomplete="one-time-code", required=True, maxlength=100, autofocus=True)
% include("parts/only_app.tpl", app_name=app_name)
<button class="primary wide">{{_("Sign in")}}</button>
</form>
<p class="centred"><a href="/login{{query}}">{{_("Use your passkey instead?")}}</a></p>
</div>
