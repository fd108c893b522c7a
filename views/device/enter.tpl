% # Needs: code (str), errors (dict)
% rebase("layout/bare.tpl", title=_("Sign in another device"))
<div class="sheet">
<div class="heading"><h1>{{_("Sign in another device")}}</h1><p class="soft">{{_("Type the code that the other screen shows.")}}</p></div>
<form method="get" action="/device" class="fields">
% include("parts/field.tpl", name="code", label=_("Code"), value=code, errors=errors, hint=_("Eight letters. Small and capital letters are the same."), placeholder="BCDF-GHJK", required=True, maxlength=40, autofocus=True)
<button class="primary wide">{{_("Continue")}}</button>
</form>
<p class="centred"><a href="/">{{_("Cancel")}}</a></p>
</div>
