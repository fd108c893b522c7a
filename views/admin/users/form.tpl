% # Needs: change (users.Change), errors (dict)
<div class="fields pair">
% include("parts/field.tpl", name="first_name", label=_("First name"), value=change.first_name, errors=errors, maxlength=50)
% include("parts/field.tpl", name="last_name", label=_("Last name"), value=change.last_name, errors=errors, maxlength=50)
% include("parts/field.tpl", name="username", label=_("User name"), value=change.username, errors=errors, required=True, maxlength=50)
% include("parts/field.tpl", name="display_name", label=_("Display name"), value=change.display_name, errors=errors, maxlength=100, hint=_("Empty: first and last name."))
% include("parts/field.tpl", name="email", label=_("E-mail"), value=change.email, errors=errors, type="email", maxlength=255)
</div>
<div class="fields">
% include("parts/check.tpl", name="email_verified", label=_("The address is verified"), checked=change.email_verified, hint=_("Some apps refuse people whose address is not."))
% include("parts/check.tpl", name="is_admin", label=_("Administrator"), checked=change.is_admin, hint=_("May change everything here, people and apps."), errors=errors)
</div>
