% # Needs: typed (dict), errors (dict), languages (dict), mail (Section), preview (look_preview.Preview), fixed (dict name -> environment variable)
% rebase("layout/base.tpl", title=_("Settings"), section="settings", scripts=["preview.js"], problem=errors or mail.errors or mail.problem)
<div class="row apart"><header><h1>{{_("Settings")}}</h1></header><div class="row"><a class="button" href="/settings/admin/application-configuration/images">{{_("Pictures of the site")}}</a><a class="button" href="/settings/admin/signing-keys">{{_("Signing keys")}}</a></div></div>
% if fixed:
<div class="notice">{{_("Set by the environment, and to be changed there:")}} 
% for variable in sorted(fixed.values()):
<code>{{variable}}</code>
% end
</div>
% end
<form class="fields" method="post" action="/settings/admin/application-configuration">
% include("parts/form_token.tpl")
<section class="card" aria-labelledby="general"><h2 id="general">{{_("General")}}</h2>
<div class="fields">
% include("parts/setting.tpl", name="app_name", label=_("Application name"), value=typed["app_name"], required=True, maxlength=30, hint=_("On every page and in every mail."))
% include("parts/setting.tpl", name="session_duration", label=_("A sign-in lasts, in minutes"), value=str(typed["session_duration"]), type="number", required=True)
% include("parts/setting.tpl", name="home_page_url", label=_("Where people land after signing in here"), value=typed["home_page_url"], required=True, hint=_("A path, such as /settings/apps."))
% include("parts/select.tpl", name="default_language", label=_("Language"), value=typed["default_language"], choices=languages, errors=errors, disabled="default_language" in fixed, hint=_("For people whose account and browser ask for none that there is."))
<fieldset class="fields"{{! " disabled" if "accent_color" in fixed else "" }}><legend>{{_("Accent colour")}}</legend>
<div class="check"><input type="radio" id="accent-default" name="accent" value="default"{{! " checked" if typed["accent_color"] == "default" else "" }}><label for="accent-default">{{_("Pocket green")}}</label></div>
<div class="check"><input type="radio" id="accent-own" name="accent" value="own"{{! "" if typed["accent_color"] == "default" else " checked" }}><label for="accent-own">{{_("Your own")}}</label><small>{{_("It is made darker or lighter where it could not be read.")}}</small></div>
<input type="color" name="accent_color" aria-label="{{_("Your own accent colour")}}" value="{{"#0f6a5b" if typed["accent_color"] == "default" else typed["accent_color"]}}">
% if errors.get("accent_color"):
<span class="error">{{errors["accent_color"]}}</span>
% end
</fieldset>
<div class="field" id="preview"><span class="label">{{_("Preview")}}</span><small>{{_("How it looks on a light and on a dark screen, before it is saved.")}}</small>
% include("admin/settings/preview.tpl")
</div>
% include("parts/check.tpl", name="allow_own_account_edit", label=_("People may change their own names and e-mail address"), checked=typed["allow_own_account_edit"], disabled="allow_own_account_edit" in fixed, hint=_("A new address counts once its mailbox answered, where mails can be sent."))
% include("parts/check.tpl", name="require_user_email", label=_("Everybody needs an e-mail address"), checked=typed["require_user_email"], disabled="require_user_email" in fixed)
% include("parts/check.tpl", name="emails_verified", label=_("Addresses that an admin types in count as verified"), checked=typed["emails_verified"], disabled="emails_verified" in fixed)
% include("parts/setting.tpl", name="audit_log_retention_days", label=_("The audit log is kept, in days"), value=str(typed["audit_log_retention_days"]), type="number", required=True, hint=_("What is older is deleted for good."))
% include("parts/check.tpl", name="disable_animations", label=_("No animations"), checked=typed["disable_animations"], disabled="disable_animations" in fixed, hint=_("Who asks for less motion on their own device sees none anyway."))
</div></section>
<section class="card" aria-labelledby="passkeys"><header><h2 id="passkeys">{{_("Passkeys")}}</h2><p class="soft"><a href="/settings/admin/passkey-health#stricter">{{_("See whom stricter rules might keep out")}}</a></p></header>
<div class="fields">
% include("parts/select.tpl", name="user_verification", label=_("Finger, face or PIN"), value=typed["user_verification"], choices={"required": _("Required"), "preferred": _("Preferred")}, errors=errors, disabled="user_verification" in fixed, hint=_("Whether a passkey alone is enough, or must check who holds it."))
% include("parts/select.tpl", name="authenticator_attachment", label=_("Where new passkeys are kept"), value=typed["authenticator_attachment"], choices={"any": _("Anywhere"), "platform": _("On the device itself"), "cross-platform": _("On a security key or a phone")}, errors=errors, disabled="authenticator_attachment" in fixed, hint=_("What browsers offer; passkeys that there are stay good."))
% include("parts/check.tpl", name="allow_synced_passkeys", label=_("Passkeys may be copied between devices"), checked=typed["allow_synced_passkeys"], disabled="allow_synced_passkeys" in fixed, hint=_("By iCloud, Google or a password manager. Whoever loses a device then still gets in. Passkeys that there are stay good."))
</div></section>
<div class="row"><button class="primary">{{_("Save settings")}}</button><button formaction="/settings/admin/application-configuration/preview#preview" data-preview>{{_("Preview")}}</button></div>
</form>
% include("admin/settings/email.tpl")
