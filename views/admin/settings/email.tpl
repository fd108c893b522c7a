% # Needs: mail (Section), fixed (dict name -> environment variable)
% typed, errors = mail.typed, mail.errors
<section class="card" id="email" aria-labelledby="email-title">
<header><h2 id="email-title">{{_("E-mail")}}</h2><p class="soft">{{_("Mails go out through a server of yours or of your provider.") if mail.is_ready else _("No mail is sent until a server and a sender are set.")}}</p></header>
<form class="fields" method="post" action="/settings/admin/application-configuration/email">
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="smtp_host", label=_("Server (SMTP)"), value=typed["smtp_host"], errors=errors, disabled="smtp_host" in fixed, maxlength=253, hint=_("Such as {name}.").format(name="smtp.example.org"))
% include("parts/field.tpl", name="smtp_port", label=_("Port"), value=typed["smtp_port"], errors=errors, disabled="smtp_port" in fixed, maxlength=5, numeric=True, hint=_("Empty: the usual one."))
</div>
% include("parts/select.tpl", name="smtp_tls", label=_("Encryption"), value=typed["smtp_tls"], choices={"none": _("None"), "starttls": "STARTTLS", "tls": "TLS"}, errors=errors, disabled="smtp_tls" in fixed, hint=_("What your provider says: STARTTLS mostly with port 587, TLS with 465. Without it, anybody on the way can read mails and password."))
% include("parts/field.tpl", name="smtp_from", label=_("Sender"), value=typed["smtp_from"], errors=errors, type="email", disabled="smtp_from" in fixed, maxlength=255, placeholder="id@example.org")
<div class="fields pair">
% include("parts/field.tpl", name="smtp_user", label=_("User name"), value=typed["smtp_user"], errors=errors, disabled="smtp_user" in fixed, maxlength=255, hint=_("Empty, if the server asks for none."))
% include("parts/field.tpl", name="smtp_password", label=_("Password"), value="", errors=errors, type="password", autocomplete="new-password", disabled="smtp_password" in fixed, maxlength=255, hint=_("One is kept. Empty: it stays.") if mail.has_password else _("Kept sealed, and never shown again."))
</div>
% if mail.has_password and "smtp_password" not in fixed:
% include("parts/check.tpl", name="smtp_password_removed", label=_("Forget the password that is kept"), checked=False)
% end
% include("parts/check.tpl", name="smtp_skip_cert_verify", label=_("Trust any certificate of the server"), checked=typed["smtp_skip_cert_verify"], disabled="smtp_skip_cert_verify" in fixed, hint=_("Only for a server in your own network: whoever sits between can read everything."))
<fieldset class="fields"><legend>{{_("What is sent")}}</legend>
% include("parts/check.tpl", name="email_login_notification_enabled", label=_("A sign-in from a device that is new to the person"), checked=typed["email_login_notification_enabled"], disabled="email_login_notification_enabled" in fixed)
% include("parts/check.tpl", name="email_verification_enabled", label=_("A link with which people prove that an address is theirs"), checked=typed["email_verification_enabled"], disabled="email_verification_enabled" in fixed)
% include("parts/check.tpl", name="email_one_time_access_as_admin_enabled", label=_("One-time codes that an admin makes for somebody"), checked=typed["email_one_time_access_as_admin_enabled"], disabled="email_one_time_access_as_admin_enabled" in fixed)
% include("parts/check.tpl", name="email_one_time_access_as_unauthenticated_enabled", label=_("One-time codes that people ask for on the sign-in page"), checked=typed["email_one_time_access_as_unauthenticated_enabled"], disabled="email_one_time_access_as_unauthenticated_enabled" in fixed, hint=_("Then whoever can read a person's mailbox gets in without a passkey."))
% include("parts/check.tpl", name="email_api_key_expiration_enabled", label=_("An API key that expires soon"), checked=typed["email_api_key_expiration_enabled"], disabled="email_api_key_expiration_enabled" in fixed)
<small>{{_("People always get a mail when a passkey is added to their account or removed from it.")}}</small>
</fieldset>
<div class="row apart"><button>{{_("Save e-mail settings")}}</button><a class="button quiet" href="/settings/admin/outbox">{{_("Mails that were sent or wait")}}</a></div>
</form>
</section>
% if mail.is_ready:
<section class="card" id="email-test" aria-labelledby="email-test-title">
<header><h2 id="email-test-title">{{_("Send a test e-mail")}}</h2><p class="soft">{{_("With the settings as they are saved. It takes up to a minute when the server does not answer.")}}</p></header>
% if mail.problem:
<div class="notice bad fields" role="alert"><p>{{mail.problem}}</p><p>{{_("The answer was:")}} <code>{{mail.words}}</code></p></div>
% end
<form class="fields" method="post" action="/settings/admin/application-configuration/email/test">
% include("parts/form_token.tpl")
% include("parts/field.tpl", name="test_address", label=_("To"), value=mail.test_address, errors=errors, type="email", autocomplete="email", required=True, maxlength=255)
<div class="row"><button>{{_("Send a test e-mail")}}</button></div>
</form>
</section>
% end
