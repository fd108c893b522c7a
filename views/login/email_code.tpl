% # Needs: target (path), query (text), app_name (str or None), errors (dict)
% rebase("layout/bare.tpl", title=_("Enter the code"))
<div class="sheet">
<div class="heading"><h1>{{_("Enter the code")}}</h1><p class="soft">{{_("If the address is that of an account here, and verified, a mail with six characters is on its way. They are good for 15 minutes, in this browser only.")}}</p></div>
<form method="post" action="/lc" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="redirect" value="{{target}}">
% include("parts/field.tpl", name="code", label=_("Code"), value="", errors=errors, hint=_("Small and capital letters are the same."), autocomplete="one-time-code", required=True, maxlength=40, autofocus=True)
% include("parts/only_app.tpl", app_name=app_name)
<button class="primary wide">{{_("Sign in")}}</button>
</form>
<div class="centred fields">
<p class="soft">{{_("No mail? Look among the unwanted ones, and wait a minute.")}} <a href="/login/alternative/email{{query}}">{{_("Ask for another code")}}</a></p>
<p><a href="/login/alternative{{query}}">{{_("Another way to sign in")}}</a></p>
</div>
</div>
