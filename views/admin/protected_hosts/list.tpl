% # Needs: hosts (list[ProtectedHost])
% rebase("layout/base.tpl", title=_("Protected hosts"), section="clients")
<div class="row apart"><header><h1>{{_("Protected hosts")}}</h1><p class="soft">{{_("Sites without a sign-in of their own. Their proxy asks here before each request.")}}</p></header><a class="button primary" href="/settings/admin/protected-hosts/new">{{_("Protect a host")}}</a></div>
% if hosts:
<ul class="list card">
% for host in hosts:
<li><div class="grow"><a href="/settings/admin/protected-hosts/{{host.client_id}}"><strong>{{host.name}}</strong></a>
<small><code>{{host.host}}</code>
% if host.public_paths:
 · {{ngettext("{n} path is open to everybody", "{n} paths are open to everybody", len(host.public_paths)).format(n=len(host.public_paths))}}
% end
</small></div></li>
% end
</ul>
% else:
<div class="card empty"><h2>{{_("No protected hosts yet")}}</h2><p class="soft">{{_("Nginx, Traefik and Caddy can ask here who may open a site, and tell it who comes.")}}</p></div>
% end
