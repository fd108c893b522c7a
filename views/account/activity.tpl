% # Needs: events (list[audit.Row]), kind (str), kinds (list[(value, label)]), newer, older (str), days (int), notice (str), event_label, device, place (functions)
% rebase("layout/base.tpl", title=_("Activity"), section="activity")
<header><h1>{{_("Activity")}}</h1><p class="soft">{{_("What happened with your account, the newest first. If something was not you, sign out everywhere and tell an administrator.")}}</p></header>
<form class="filters" method="get" role="search">
<div class="field"><label for="event">{{_("Show")}}</label><select id="event" name="event"><option value="">{{_("Everything")}}</option>
% for value, label in kinds:
<option value="{{value}}"{{! " selected" if value == kind else "" }}>{{label}}</option>
% end
</select></div>
<button>{{_("Show")}}</button></form>
% if events:
<div class="table"><table><thead><tr><th scope="col">{{_("What")}}</th><th scope="col">{{_("When")}}</th><th scope="col">{{_("Device")}}</th><th scope="col">{{_("Place")}}</th></tr></thead><tbody>
% for event in events:
<tr><td><strong>{{event_label(event.event)}}</strong>{{" · " + (event.client_name or event.client_id) if event.client_id else ""}}
% if event.actor_id and event.actor_id != event.user_id:
<small>{{_("by {name}").format(name=event.actor_username or _("deleted person"))}}</small>
% end
</td><td data-label="{{_("When")}}"><time datetime="{{iso(event.at)}}" title="{{exact(event.at)}}">{{ago(event.at, now)}}</time></td><td data-label="{{_("Device")}}">{{device(event.user_agent) if event.user_agent else _("On the server")}}</td><td data-label="{{_("Place")}}"{{! "" if event.address else ' class="none"' }}><span title="{{event.address or ""}}">{{place(event) if event.address else "–"}}</span></td></tr>
% end
</tbody></table></div>
% include("parts/newer_older.tpl", newer=newer, older=older)
% elif kind:
<div class="card empty"><h2>{{_("Nothing of this kind")}}</h2><p class="soft">{{_("There is no such event in your activity.")}}</p><a class="button" href="/settings/audit-log">{{_("Show everything")}}</a></div>
% else:
<div class="card empty"><h2>{{_("Nothing yet")}}</h2><p class="soft">{{_("Sign-ins, passkeys and apps will be listed here.")}}</p></div>
% end
<p class="soft">{{ngettext("Kept for {n} day.", "Kept for {n} days.", days).format(n=days)}} {{notice}}</p>
