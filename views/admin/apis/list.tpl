% # Needs: apis (list[Listed]), search (str), paging (Paging), base_url (str)
% rebase("layout/base.tpl", title=_("APIs"), section="clients")
<div class="row apart"><header><h1>{{_("APIs")}}</h1><p class="soft">{{_("Services that accept access tokens of this site, and what they permit.")}}</p></header><a class="button primary" href="/settings/admin/apis/new">{{_("Add an API")}}</a></div>
% if paging.total or search:
<form class="row search" role="search" method="get"><input type="search" name="search" value="{{search}}" placeholder="{{_("Search APIs")}}" aria-label="{{_("Search APIs")}}"><button>{{_("Search")}}</button></form>
% end
% if apis:
<div class="table"><table><thead><tr><th scope="col">{{_("API")}}</th><th scope="col">{{_("Resource")}}</th><th scope="col">{{_("Permissions")}}</th><th scope="col">{{_("Clients")}}</th></tr></thead><tbody>
% for api in apis:
<tr><td><a href="/settings/admin/apis/{{api.id}}">{{api.name}}</a></td><td data-label="{{_("Resource")}}"><code>{{api.resource}}</code></td><td data-label="{{_("Permissions")}}">{{number(api.permissions)}}</td><td data-label="{{_("Clients")}}">{{number(api.clients)}}</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
% elif search:
<div class="card empty"><h2>{{_("No API fits")}}</h2><a class="button" href="/settings/admin/apis">{{_("Show all")}}</a></div>
% else:
<div class="card empty"><h2>{{_("No APIs yet")}}</h2><p class="soft">{{_("Most apps need none. Add one for a service of your own that other apps call with a token.")}}</p><a class="button" href="/settings/admin/apis/new">{{_("Add the first one")}}</a></div>
% end
