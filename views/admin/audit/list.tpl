% # Needs: events (list[Row]), typed, errors (dicts), people (list[(name, user name, address)]), zone (str), is_filtered (bool), newer, older, query (str), kinds (list[(value, label)]), clients (list[Listed]), days (int), problem (str or None), notice (str), event_label, device, place, sentences (functions)
% rebase("layout/base.tpl", title=_("Audit log"), section="audit")
<div class="row apart"><header><h1>{{_("Audit log")}}</h1><p class="soft">{{_("Every sign-in, refusal and change, the newest first.")}}</p></header><a class="button" href="/settings/admin/audit-log/export{{query}}">{{_("Download")}}</a></div>
% if problem:
<div class="notice warn">{{problem}}</div>
% end
<form class="filters" method="get" role="search">
<div class="field"><label for="event">{{_("Event")}}</label><select id="event" name="event"><option value="">{{_("All")}}</option>
% for value, label in kinds:
<option value="{{value}}"{{! " selected" if value == typed["event"] else "" }}>{{label}}</option>
% end
</select></div>
% include("parts/field.tpl", name="user", label=_("Person"), value=typed["user"], errors=errors, placeholder=_("Name or e-mail"))
<div class="field"><label for="client">{{_("Client")}}</label><select id="client" name="client"><option value="">{{_("All")}}</option>
% for client in clients:
<option value="{{client.id}}"{{! " selected" if client.id == typed["client"] else "" }}>{{client.name}}</option>
% end
</select></div>
% include("parts/field.tpl", name="address", label=_("Address"), value=typed["address"], errors=errors, placeholder="192.168.1.0/24")
<div class="field"><label for="place">{{_("Place")}}</label><select id="place" name="place">
% for value, label in (("", _("Anywhere")), ("internal", _("Home network, VPN")), ("external", _("Elsewhere"))):
<option value="{{value}}"{{! " selected" if value == typed["place"] else "" }}>{{label}}</option>
% end
</select></div>
% include("parts/field.tpl", name="since", label=_("From"), value=typed["since"], errors=errors, type="date")
% include("parts/field.tpl", name="until", label=_("To"), value=typed["until"], errors=errors, type="date")
<button>{{_("Show")}}</button></form>
% if people:
<div class="card"><h2>{{_("Whom do you mean?")}}</h2><ul class="list">
% for name, username, address in people:
<li><a href="{{address}}">{{name}}</a> <small>{{username}}</small></li>
% end
</ul></div>
% end
% if (typed["since"] or typed["until"]) and not errors:
<p class="soft">{{_("Days are those of {zone}.").format(zone=zone)}}</p>
% end
% if events:
<div class="table"><table><thead><tr><th scope="col">{{_("What")}}</th><th scope="col">{{_("Who")}}</th><th scope="col">{{_("When")}}</th><th scope="col">{{_("Where")}}</th></tr></thead><tbody>
% for event in events:
<tr><td><a href="/settings/admin/audit-log/{{event.id}}">{{event_label(event.event)}}</a>{{" · " + (event.client_name or event.client_id) if event.client_id else ""}}
% for sentence in sentences(event):
<small>{{sentence}}</small>
% end
</td><td data-label="{{_("Who")}}"{{! "" if event.user_id else ' class="none"' }}>{{event.username or (_("deleted person") if event.user_id else "–")}}
% if event.actor_id and event.actor_id != event.user_id:
<small>{{_("by {name}").format(name=event.actor_username or _("deleted person"))}}</small>
% end
</td><td data-label="{{_("When")}}"><time datetime="{{iso(event.at)}}" title="{{exact(event.at)}}">{{ago(event.at, now)}}</time></td>
<td data-label="{{_("Where")}}"><span title="{{event.address or ""}}">{{place(event) if event.address else _("On the server")}}</span><small>{{device(event.user_agent) if event.user_agent else ""}}</small></td></tr>
% end
</tbody></table></div>
% include("parts/newer_older.tpl", newer=newer, older=older)
% elif errors:
<p class="soft">{{_("Events are shown once the filters can be read.")}}</p>
% elif is_filtered:
<div class="card empty"><h2>{{_("Nothing fits")}}</h2><p class="soft">{{_("No event fits these filters.")}}</p><a class="button" href="/settings/admin/audit-log">{{_("Show all")}}</a></div>
% else:
<div class="card empty"><h2>{{_("Nothing yet")}}</h2><p class="soft">{{_("Sign-ins, refusals and changes will be listed here.")}}</p></div>
% end
<p class="soft">{{ngettext("Events are kept for {n} day, then they are deleted.", "Events are kept for {n} days, then they are deleted.", days).format(n=days)}} {{notice}}</p>
