% # Needs: host (ProtectedHost or None), change (protected_hosts.Change), asked_at (str), is_believed (bool), errors (dict)
% rebase("layout/base.tpl", title=host.name if host else _("Protect a host"), section="clients", problem=errors)
<header><h1>{{host.name if host else _("Protect a host")}}</h1><p class="soft">{{_("The proxy in front of it asks here before each request.")}}</p></header>
<form class="card" method="post" action="{{request.path}}">
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="host", label=_("Host"), value=change.host, errors=errors, required=True, maxlength=260, autofocus=not host, hint=_("As people type it, such as wiki.example.org."))
% include("parts/field.tpl", name="name", label=_("Name"), value=change.name, errors=errors, maxlength=50, hint=_("In the list of apps. Empty: the host."))
</div>
% include("parts/textarea.tpl", name="public_paths", label=_("Open to everybody"), value="\n".join(change.public_paths), errors=errors, hint=_("A path a line. One that ends in a slash, such as /public/, stands for all below it."))
<div class="row"><button class="primary">{{_("Save") if host else _("Protect the host")}}</button></div>
</form>
% if host:
<section class="card" aria-labelledby="who-title"><header><h2 id="who-title">{{_("Who may open it")}}</h2><p class="soft">{{_("Everybody with an account, or the members of some groups. The site learns names, address and groups as any app does.")}}</p></header>
<div class="row"><a class="button" href="/settings/admin/oidc-clients/{{in_path(host.client_id)}}#access">{{_("Choose groups")}}</a><a class="button" href="/settings/admin/oidc-clients/{{in_path(host.client_id)}}/claims">{{_("What it learns")}}</a><a class="button quiet danger" href="/settings/admin/oidc-clients/{{in_path(host.client_id)}}/delete">{{_("Delete…")}}</a></div></section>
<section class="card" aria-labelledby="proxy-title"><header><h2 id="proxy-title">{{_("The proxy")}}</h2><p class="soft">{{_("It asks this address before each request, and passes the way back on to this site.")}}</p></header>
<div class="field"><span class="label">{{_("Traefik and Caddy ask")}}</span><code>{{asked_at}}/redirect</code></div>
<div class="field"><span class="label">{{_("Nginx asks")}}</span><code>{{asked_at}}</code></div>
<div class="field"><span class="label">{{_("The way back, to be passed on")}}</span><code>/.pocketid/callback</code></div>
% if not is_believed:
<div class="notice warn">{{_("TRUST_PROXY names no proxy, so nothing is believed and every request is refused.")}}</div>
% end
</section>
% end
