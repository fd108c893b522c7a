% # Needs: apps (list of access.Rule with Verdict), consents (dict client id -> Consent), user (User), picture_version, name (str), change (users.Change), errors (dict), link (str or None), qr (str), can_mail (bool), links (list[Token]), invitation (Invitation or None), groups (list[Group]: of the person), other_groups (list[groups.Named]), there_are_more (bool: other groups), group_search (str), passkeys (list[Passkey]), sessions (list[Session]), logouts (list[logouts.Listed]), events (list[Row]), notice (str), event_label, device, place, place_of (functions)
% rebase("layout/base.tpl", title=name, section="users", scripts=["live.js"])
% here = "/settings/admin/users/" + str(user.id)
<div class="row together"><img class="portrait" src="/api/users/{{user.id}}/profile-picture.png?v={{picture_version}}" alt="" width="64" height="64"><div><h1>{{name}}</h1><p class="soft">{{_("Added {when}").format(when=ago(user.created_at, now))}} · {{_("last sign-in {when}").format(when=ago(user.last_sign_in_at, now))}}
% if invitation:
· <a href="/settings/admin/invitations/{{invitation.id}}">{{_("invited by {name}").format(name=invitation.created_by_name or _("deleted person"))}}</a>
% end
</p></div></div>
% if user.waiting_since:
<form class="notice warn row apart" method="post" action="/settings/admin/sign-up/waiting/{{user.id}}/accept">
% include("parts/form_token.tpl")
<span class="grow">{{_("{name} has signed up and waits to be accepted.").format(name=name)}}</span><button>{{_("Accept {name}").format(name=name)}}</button><a class="button quiet danger" href="/settings/admin/sign-up/waiting/{{user.id}}/refuse">{{_("Refuse…")}}</a></form>
% elif user.disabled:
<form class="notice warn row apart" method="post" action="{{here}}/enable">
% include("parts/form_token.tpl")
<span class="grow">{{_("{name} is disabled: no passkey and no link lets them in.").format(name=name)}}</span><button>{{_("Enable {name}").format(name=name)}}</button></form>
% end
<nav class="row" aria-label="{{_("On this page")}}">
% for part, label in (("groups", _("Groups")), ("passkeys", _("Passkeys")), ("sessions", _("Signed in on")), ("link", _("One-time link")), ("apps", _("Apps")), ("events", _("Activity"))):
% if part != "link" or not user.disabled:
<a href="#{{part}}">{{label}}</a>
% end
% end
</nav>
% if (link or not passkeys) and not user.disabled:
% include("admin/users/link.tpl", here=here, name=name, link=link, qr=qr, can_mail=can_mail, links=links)
% end
<form class="card" method="post" action="{{here}}"><header><h2>{{_("General")}}</h2></header>
% include("parts/form_token.tpl")
% include("admin/users/form.tpl", change=change, errors=errors)
<div class="row apart"><button class="primary">{{_("Save changes")}}</button><div class="row">
% if not user.disabled:
<a class="button quiet danger" href="{{here}}/disable">{{_("Disable…")}}</a>
% end
<a class="button quiet danger" href="{{here}}/delete">{{_("Delete this person…")}}</a></div></div></form>
% include("admin/users/groups.tpl", here=here, groups=groups, other_groups=other_groups, there_are_more=there_are_more, group_search=group_search)
<a class="card tile-link" href="{{here}}/custom-claims"><div class="grow"><strong>{{_("Custom claims")}}</strong><small>{{_("What apps learn of {name} beyond name, e-mail and groups.").format(name=name)}}</small></div></a>
<section class="card" id="passkeys" aria-labelledby="passkeys-title"><header><h2 id="passkeys-title">{{_("Passkeys")}}</h2></header>
% if passkeys:
<ul class="list">
% for passkey in passkeys:
<li><div class="grow"><div><strong>{{passkey.name}}</strong> <span class="tag">{{_("Synced") if passkey.backup_eligible else _("This device only")}}</span></div><small>{{_("added {when}").format(when=ago(passkey.created_at, now))}} · {{_("used {when}").format(when=ago(passkey.last_used_at, now)) if passkey.last_used_at else _("not used yet")}}</small></div><div class="actions"><a class="button quiet danger" href="{{here}}/passkeys/{{passkey.id}}/remove" aria-label="{{_("Remove {name}").format(name=passkey.name)}}">{{_("Remove")}}</a></div></li>
% end
</ul>
% else:
<p class="soft">{{_("{name} has no passkey yet and gets in by a one-time link alone.").format(name=name)}}</p>
% end
</section>
<section class="card" id="sessions" aria-labelledby="sessions-title"><header><h2 id="sessions-title">{{_("Signed in on")}}</h2></header>
% if sessions:
<ul class="list">
% for session in sessions:
<li><div class="grow"><strong>{{device(session.user_agent)}}</strong><small>{{place_of(session.address)}} · {{_("active {when}").format(when=ago(session.last_seen_at, now))}}{{" · " + ", ".join(session.apps) if session.apps else ""}}</small></div>
<form class="actions" method="post" action="{{here}}/sessions/{{session.id}}/end">
% include("parts/form_token.tpl")
<button class="quiet danger">{{_("Sign out")}}</button></form></li>
% end
</ul>
% if notice:
<small>{{notice}}</small>
% end
% else:
<p class="soft">{{_("Nowhere at the moment.")}}</p>
% end
</section>
% if passkeys and not link and not user.disabled:
% include("admin/users/link.tpl", here=here, name=name, link=link, qr=qr, can_mail=can_mail, links=links)
% end
% include("admin/users/apps.tpl", name=name, apps=apps, consents=consents)
% if logouts:
<section class="card" id="logouts" aria-labelledby="logouts-title"><header><h2 id="logouts-title">{{_("Told of sign-outs")}}</h2></header>
% include("parts/logouts.tpl", logouts=logouts, of="user", may_retry=True)
</section>
% end
<section class="card" id="events" aria-labelledby="events-title"><header><h2 id="events-title">{{_("Recent activity")}}</h2></header>
% if events:
<ul class="list">
% for event in events:
<li><div class="grow"><strong>{{event_label(event.event)}}</strong>{{" · " + event.client_name if event.client_name else ""}}<small><span title="{{exact(event.at)}}">{{ago(event.at, now)}}</span>{{" · " + place(event) if event.address else ""}}</small></div></li>
% end
</ul>
<a href="/settings/admin/audit-log?user={{user.username}}">{{_("All activity of {name}").format(name=name)}}</a>
% else:
<p class="soft">{{_("Nothing yet.")}}</p>
% end
</section>
