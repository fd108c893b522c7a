% # Needs: token (str), invitation (Invitation), account (users.Change), is_field (dict name -> bool), needs_email (bool), errors (dict), problems (list[str]: of what is no field)
% rebase("layout/bare.tpl", title=_("Your invitation"))
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{_("Welcome, {name}").format(name=invitation.first_name or invitation.last_name)}}</h1>
<p class="soft">{{_("{inviter} invites you to {app}.").format(inviter=invitation.created_by_name, app=site.app_name)}} {{_("After that you go on to {client}.").format(client=invitation.client_name) if invitation.client_name else ""}}</p>
</div>
% if invitation.note:
<div class="notice">
% for line in invitation.note.split("\n"):
<p>{{line}}</p>
% end
</div>
% end
% for problem in problems:
<p class="notice bad" role="alert">{{problem}}</p>
% end
<form method="post" action="/invitation/{{token}}" class="fields">
% include("parts/form_token.tpl")
% if is_field["username"]:
% include("parts/field.tpl", name="username", label=_("User name"), value=account.username, errors=errors, hint=_("Letters a to z, digits, and . _ - @ between them."), autocomplete="username", required=True, maxlength=50)
% end
<div class="fields pair">
% if is_field["first_name"]:
% include("parts/field.tpl", name="first_name", label=_("First name"), value=account.first_name, errors=errors, hint="", autocomplete="given-name", maxlength=50, required=False)
% end
% if is_field["last_name"]:
% include("parts/field.tpl", name="last_name", label=_("Last name"), value=account.last_name, errors=errors, hint="", autocomplete="family-name", maxlength=50, required=False)
% end
</div>
% if is_field["email"]:
% include("parts/field.tpl", name="email", label=_("E-mail") if needs_email else _("E-mail (may stay empty)"), value=account.email, errors=errors, type="email", hint=_("Many apps recognise people by it."), autocomplete="email", maxlength=255, required=needs_email)
% end
% if not all(is_field.values()):
<dl class="facts">
% for name, label in (("username", _("User name")), ("first_name", _("First name")), ("last_name", _("Last name")), ("email", _("E-mail"))):
% if not is_field[name]:
<div><dt>{{label}}</dt><dd>{{getattr(invitation, name)}}</dd></div>
% end
% end
</dl>
% end
<button class="primary wide">{{_("Go on to the passkey")}}</button>
</form>
<p class="centred"><a href="/login">{{_("You have an account here? Sign in")}}</a></p>
</div>
