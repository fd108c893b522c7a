% # Needs: event (Row), label, device, place (str), changes (list[Change]), facts (list[(name, value)]), notice (str)
% rebase("layout/base.tpl", title=label, section="audit")
<header><p class="soft"><a href="/settings/admin/audit-log">{{_("Audit log")}}</a></p><h1>{{label}}</h1><p class="soft"><time datetime="{{iso(event.at)}}">{{exact(event.at)}}</time>, {{ago(event.at, now)}}</p></header>
% if changes:
<section class="fields" aria-labelledby="changes"><h2 id="changes">{{_("What changed")}}</h2>
<div class="table"><table><thead><tr><th scope="col">{{_("Field")}}</th><th scope="col">{{_("Before")}}</th><th scope="col">{{_("After")}}</th></tr></thead><tbody>
% for change in changes:
<tr><td><strong>{{change.field}}</strong></td><td data-label="{{_("Before")}}">{{change.before}}</td><td data-label="{{_("After")}}">{{change.after}}</td></tr>
% end
</tbody></table></div></section>
% end
<div class="card"><dl class="facts">
<div><dt>{{_("Event")}}</dt><dd><code>{{event.event}}</code></dd></div>
% if event.user_id:
<div><dt>{{_("Person")}}</dt><dd>
% if event.username:
<a href="/settings/admin/users/{{event.user_id}}">{{event.username}}</a>
% else:
{{_("deleted person")}} <code>{{event.user_id}}</code>
% end
</dd></div>
% end
<div><dt>{{_("Done by")}}</dt><dd>{{event.actor_username or (_("deleted person") if event.actor_id else _("an app, a stranger or the server itself"))}}</dd></div>
% if event.client_id:
<div><dt>{{_("Client")}}</dt><dd>
% if event.client_name:
<a href="/settings/admin/oidc-clients/{{in_path(event.client_id)}}">{{event.client_name}}</a>
% else:
{{_("deleted client")}} <code>{{event.client_id}}</code>
% end
</dd></div>
% end
% for name, value in facts:
<div><dt>{{name}}</dt><dd>{{value}}</dd></div>
% end
% if event.address:
% if place != event.address:
<div><dt>{{_("Place")}}</dt><dd>{{place}}</dd></div>
% end
<div><dt>{{_("Address")}}</dt><dd><code>{{event.address}}</code></dd></div>
% else:
<div><dt>{{_("Place")}}</dt><dd>{{_("On the server")}}</dd></div>
% end
% if event.user_agent:
<div><dt>{{_("Device")}}</dt><dd>{{device}}<br><small>{{event.user_agent}}</small></dd></div>
% end
</dl></div>
<div class="row">
% if event.user_id:
<a class="button" href="/settings/admin/audit-log?user={{event.user_id}}">{{_("All about this person")}}</a>
% end
% if event.address:
<a class="button" href="/settings/admin/audit-log?address={{event.address}}">{{_("All from this address")}}</a>
% end
<a class="button" href="/settings/admin/audit-log?event={{event.event}}">{{_("All of this kind")}}</a>
</div>
% if notice:
<p class="soft">{{notice}}</p>
% end
