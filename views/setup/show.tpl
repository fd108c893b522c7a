% # Needs: change (users.Change), errors (dict)
% rebase("layout/bare.tpl", title=_("Set up"))
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Welcome to {app}").format(app=site.app_name)}}</h1>
<p class="soft">{{_("Make the first account. It administers this site: it adds people and apps. After this step you add its passkey, and nobody else can come here any more.")}}</p>
</div>
<form method="post" action="/setup" class="fields">
% include("parts/form_token.tpl")
% include("parts/field.tpl", name="username", label=_("User name"), value=change.username, errors=errors, hint=_("Letters a to z, digits, and . _ - @ between them."), autocomplete="username", required=True, maxlength=50, autofocus=True)
<div class="fields pair">
% include("parts/field.tpl", name="first_name", label=_("First name"), value=change.first_name, errors=errors, hint="", autocomplete="given-name", required=True, maxlength=50, autofocus=False)
% include("parts/field.tpl", name="last_name", label=_("Last name"), value=change.last_name, errors=errors, hint="", autocomplete="family-name", required=False, maxlength=50, autofocus=False)
</div>
% include("parts/field.tpl", name="email", label=_("E-mail (may stay empty)"), value=change.email, errors=errors, type="email", hint=_("Many apps recognise people by it."), autocomplete="email", required=False, maxlength=255, autofocus=False)
<button class="primary wide">{{_("Go on to the passkey")}}</button>
</form>
</div>
