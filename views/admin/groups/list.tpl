% # Needs: groups (list[Group]), search (str), paging (Paging), base_url (str)
% rebase("layout/base.tpl", title=_("Groups"), section="groups")
<div class="row apart"><header><h1>{{_("Groups")}}</h1><p class="soft">{{_("Groups open apps to their members, and apps read them to give rights.")}}</p></header><a class="button primary" href="/settings/admin/user-groups/new">{{_("Add a group")}}</a></div>
% if paging.total or search:
<form class="row search" role="search" method="get"><input type="search" name="search" value="{{search}}" placeholder="{{_("Search groups")}}" aria-label="{{_("Search groups")}}"><button>{{_("Search")}}</button></form>
% end
% if groups:
<div class="table"><table><thead><tr><th scope="col">{{_("Group")}}</th><th scope="col">{{_("Name for apps")}}</th><th scope="col">{{_("Members")}}</th></tr></thead><tbody>
% for group in groups:
<tr><td><a href="/settings/admin/user-groups/{{group.id}}">{{group.friendly_name}}</a></td><td data-label="{{_("Name for apps")}}"><code>{{group.name}}</code></td><td data-label="{{_("Members")}}">{{number(group.members)}}</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
% elif search:
<div class="card empty"><h2>{{_("No group fits")}}</h2><a class="button" href="/settings/admin/user-groups">{{_("Show all")}}</a></div>
% else:
<div class="card empty"><h2>{{_("No groups yet")}}</h2><p class="soft">{{_("Make one, such as “Family”, and limit an app to it.")}}</p><a class="button" href="/settings/admin/user-groups/new">{{_("Add the first one")}}</a></div>
% end
