% # Needs: errors (dict), mode (str), requires_approval (bool), claims (str), group_ids, chosen_for_link (list[UUID]), fixed (dict name -> environment variable), groups (list[groups.Named]), waiting (list[Waiting]), links (list[Link]), link (str), qr (str)
% rebase("layout/base.tpl", title=_("Sign-up"), section="users")
<header><p><a href="/settings/admin/users">{{_("Users")}}</a></p><h1>{{_("Sign-up")}}</h1><p class="soft">{{_("How people make an account themselves.")}}</p></header>
% if waiting:
<section class="card" id="waiting" aria-labelledby="waiting-title"><header><h2 id="waiting-title">{{ngettext("{n} person waits to be accepted", "{n} people wait to be accepted", len(waiting)).format(n=len(waiting))}}</h2><p class="soft">{{_("Until then they can sign in to nothing.")}}</p></header>
<ul class="list">
% for person in waiting:
<li><div class="grow"><strong><a href="/settings/admin/users/{{person.id}}">{{person.display_name or person.username}}</a></strong><small>{{person.username}}{{" · " + person.email if person.email else ""}} · {{_("since {when}").format(when=ago(person.waiting_since, now))}}</small>
% if person.email and not person.email_verified:
<small>{{_("Nobody has checked that the address is theirs.")}}</small>
% end
</div>
<form class="row" method="post" action="/settings/admin/sign-up/waiting/{{person.id}}/accept">
% include("parts/form_token.tpl")
<button aria-label="{{_("Accept {name}").format(name=person.display_name or person.username)}}">{{_("Accept")}}</button><a class="button quiet danger" href="/settings/admin/sign-up/waiting/{{person.id}}/refuse" aria-label="{{_("Refuse {name}").format(name=person.display_name or person.username)}}">{{_("Refuse…")}}</a></form></li>
% end
</ul></section>
% end
<section class="card" id="links" aria-labelledby="links-title"><header><h2 id="links-title">{{_("Sign-up links")}}</h2><p class="soft">{{_("Whoever has a link makes an account without waiting. Send it in a way that nobody else reads.")}}</p></header>
% if mode == "disabled":
<div class="notice warn">{{_("Links work once people with a link may sign up: see below.")}}</div>
% end
% if link:
<div class="link-made"><div class="fields"><div class="notice good" role="status">{{_("Copy the link now: it is shown this once.")}}</div>
<div class="copy"><code id="sign-up-link">{{link}}</code><button type="button" data-copied="{{_("Copied")}}" data-copy="#sign-up-link">{{_("Copy")}}</button></div></div>
% if qr:
<img class="qr" src="{{qr}}" alt="{{_("The link as a QR code")}}" width="180" height="180">
% end
</div>
% end
% if links:
<ul class="list">
% for row in links:
<li><div class="grow"><strong>{{ngettext("{n} of {most} use left", "{n} of {most} uses left", row.most_uses - row.uses).format(n=row.most_uses - row.uses, most=row.most_uses)}}</strong><small>{{_("made {when}").format(when=ago(row.created_at, now))}}{{" · " + row.created_by if row.created_by else ""}} · {{_("ends {when}").format(when=ago(row.expires_at, now))}}{{" · " + ", ".join(row.groups) if row.groups else ""}}</small></div>
<form class="actions" method="post" action="/settings/admin/sign-up/links/{{row.id}}/withdraw">
% include("parts/form_token.tpl")
<button class="quiet danger">{{_("Withdraw")}}</button></form></li>
% end
</ul>
% end
<form class="fields" method="post" action="/settings/admin/sign-up/links">
% include("parts/form_token.tpl")
<div class="filters">
<div class="field"><label for="lifetime">{{_("Valid for")}}</label><select id="lifetime" name="lifetime"><option value="hour">{{_("1 hour")}}</option><option value="day" selected>{{_("1 day")}}</option><option value="week">{{_("1 week")}}</option><option value="month">{{_("30 days")}}</option></select></div>
% include("parts/field.tpl", name="uses", label=_("How many people may use it"), value="1", errors=errors, type="number", required=True)
</div>
% include("parts/groups_to_tick.tpl", groups=groups, chosen=chosen_for_link, legend=_("They join these groups"), errors=errors, field="link_group")
<div class="row"><button>{{_("Make a sign-up link")}}</button></div></form></section>
<form class="card" method="post" action="/settings/admin/sign-up"><header><h2>{{_("Who may sign up")}}</h2></header>
% include("parts/form_token.tpl")
% if fixed:
<div class="notice">{{_("Set by the environment, and to be changed there:")}} 
% for variable in sorted(fixed.values()):
<code>{{variable}}</code>
% end
</div>
% end
<fieldset class="fields"{{! " disabled" if "allow_user_signups" in fixed else "" }}><legend class="hidden">{{_("Who may sign up")}}</legend>
% for value, label, hint in (("disabled", _("Nobody"), _("Administrators add people.")), ("withToken", _("People with a sign-up link"), ""), ("open", _("Everybody"), _("The sign-in page offers it to strangers, too."))):
<div class="check"><input type="radio" id="mode-{{value}}" name="allow_user_signups" value="{{value}}"{{! " checked" if value == mode else "" }}><label for="mode-{{value}}">{{label}}</label>
% if hint:
<small>{{hint}}</small>
% end
</div>
% end
% if errors.get("allow_user_signups"):
<span class="error">{{errors["allow_user_signups"]}}</span>
% end
</fieldset>
% include("parts/check.tpl", name="signup_requires_approval", label=_("An administrator accepts everybody who signs up without a link"), checked=requires_approval, disabled="signup_requires_approval" in fixed, hint=_("Until then the account can do nothing."))
% include("parts/groups_to_tick.tpl", groups=groups, chosen=group_ids, legend=_("Groups of new people"), errors=errors, disabled="signup_default_user_group_ids" in fixed, hint=_("Unless their link names others."))
% if "signup_default_custom_claims" not in fixed:
% include("parts/textarea.tpl", name="claims", label=_("Custom claims of new people"), value=claims, errors=errors, hint=_("One a line, such as quota=5 GB."), rows=3)
% end
<div class="row"><button class="primary">{{_("Save settings")}}</button></div>
</form>
