% # Needs: change (invitation_rules.Change), terms (Terms), errors (dict), groups (list[groups.Named]), clients (list[App]), days (list[int]), has_mail (bool)
% rebase("layout/base.tpl", title=_("Invite user"), section="users")
<header><h1>{{_("Invite user")}}</h1><p class="soft">{{_("They get a link, make a passkey, and are in. Before that there is no account.")}}</p></header>
<form class="card" method="post" action="/settings/admin/invitations/new">
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="first_name", label=_("First name"), value=change.first_name, errors=errors, maxlength=50, autofocus=True)
% include("parts/field.tpl", name="last_name", label=_("Last name"), value=change.last_name, errors=errors, maxlength=50, autofocus=False)
% include("parts/field.tpl", name="email", label=_("E-mail"), value=change.email, errors=errors, type="email", maxlength=255, autofocus=False)
% include("parts/field.tpl", name="username", label=_("User name"), value=change.username, errors=errors, maxlength=50, autofocus=False, hint=_("Empty: they choose it."))
</div>
% include("parts/groups_to_tick.tpl", groups=groups, chosen=change.group_ids, legend=_("Groups"), errors=errors)
% include("admin/invitations/terms.tpl", terms=terms, days=days, clients=clients, has_mail=has_mail, errors=errors)
% include("parts/textarea.tpl", name="note", label=_("A word to them (may stay empty)"), value=change.note, errors=errors, rows=3)
<div class="row"><button class="primary">{{_("Invite")}}</button><a class="button quiet" href="/settings/admin/users">{{_("Cancel")}}</a></div>
</form>
% if not has_mail:
<p class="soft">{{_("No mail server is set up, so the link is shown to you, to hand it over.")}}</p>
% end
