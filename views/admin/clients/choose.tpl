% # Needs: recipes (tuple[Recipe])
% rebase("layout/base.tpl", title=_("Add a client"), section="clients")
<header><h1>{{_("Add a client")}}</h1><p class="soft">{{_("Which app is it?")}}</p></header>
<ul class="tiles small">
% for recipe in recipes:
<li><a class="card tile-link" href="/settings/admin/oidc-clients/new/{{recipe.id}}"><span class="app-logo small" aria-hidden="true">{{recipe.name[:1]}}</span><strong>{{recipe.name}}</strong></a></li>
% end
<li><a class="card tile-link" href="/settings/admin/oidc-clients/new/by-hand"><span class="app-logo small" aria-hidden="true">…</span><strong>{{_("Another app")}}</strong></a></li>
</ul>
