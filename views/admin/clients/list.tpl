% # Needs: clients (list[Listed]), refused (list of {row, difference}), search (str), paging (Paging)
% rebase("layout/base.tpl", title=_("Clients"), section="clients")
<div class="row apart"><header><h1>{{_("Clients")}}</h1><p class="soft">{{_("Apps that let people sign in through {site}.").format(site=site.app_name)}}</p></header><div class="row"><a class="button" href="/settings/admin/self-described-clients">{{_("Self-described")}}</a><a class="button" href="/settings/admin/protected-hosts">{{_("Protected hosts")}}</a><a class="button" href="/settings/admin/apis">{{_("APIs")}}</a><a class="button primary" href="/settings/admin/oidc-clients/new">{{_("Add a client")}}</a></div></div>
% for item in refused:
% row, part = item["row"], item["difference"]
<div class="notice warn"><strong>{{_("{app} was refused {when}.").format(app=row.client_name, when=ago(row.last_at, now))}}</strong> {{_("It asks to return to")}} <code>{{part.start}}<mark>{{part.part}}</mark>{{part.end}}</code>{{_(", which is not registered.")}} <a href="/settings/admin/oidc-clients/{{in_path(row.client_id)}}#refused">{{_("Look and fix")}}</a></div>
% end
% if paging.total or search:
<form class="row search" role="search" method="get"><input type="search" name="search" value="{{search}}" placeholder="{{_("Search clients")}}" aria-label="{{_("Search clients")}}"><button>{{_("Search")}}</button></form>
% end
% if clients:
<div class="table"><table><thead><tr><th scope="col">{{_("Client")}}</th><th scope="col">{{_("Who may sign in")}}</th><th scope="col">{{_("Last sign-in")}}</th><th scope="col">{{_("State")}}</th></tr></thead><tbody>
% for client in clients:
<tr><td><div class="row together">
% include("parts/app_logo.tpl", client_id=client.id, small=True, version=client.logo_version)
<div><a href="/settings/admin/oidc-clients/{{in_path(client.id)}}">{{client.name}}</a>
% if client.describes_itself:
 <span class="tag">{{_("Describes itself")}}</span>
% end
</div></div></td>
<td data-label="{{_("Who may sign in")}}">{{(", ".join(client.group_names) or _("Nobody yet")) if client.is_group_restricted else _("Everybody")}}</td>
<td data-label="{{_("Last sign-in")}}"><span title="{{exact(client.last_used_at)}}">{{ago(client.last_used_at, now)}}</span></td>
<td>
% if client.refused:
<span class="tag warn">{{_("{n} refused").format(n=client.refused)}}</span>
% elif client.last_used_at:
<span class="tag good">{{_("Working")}}</span>
% else:
<span class="tag">{{_("Not tried yet")}}</span>
% end
</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url="?search=" + search + "&")
% elif search:
<div class="card empty"><h2>{{_("No client fits")}}</h2><p class="soft">{{_("Nothing has “{text}” in its name or ID.").format(text=search)}}</p><a class="button" href="/settings/admin/oidc-clients">{{_("Show all")}}</a></div>
% else:
<div class="card empty"><h2>{{_("No clients yet")}}</h2><p class="soft">{{_("Every app that lets people sign in through this site is a client. For many apps there is a recipe: type the app's address, and the rest is filled in.")}}</p><a class="button" href="/settings/admin/oidc-clients/new">{{_("Add the first one")}}</a></div>
% end
