% # Needs: here (address of the person), groups (list[Group]: of the person), other_groups (list[groups.Named]), there_are_more (bool: other groups), group_search (str)
<section class="card" id="groups" aria-labelledby="groups-title"><header><h2 id="groups-title">{{_("Groups")}}</h2></header>
% if there_are_more or group_search:
<form class="row search" role="search" method="get" action="{{here}}#groups" data-live="#found"><input type="search" name="groups" value="{{group_search}}" placeholder="{{_("Search groups to join")}}" aria-label="{{_("Search groups to join")}}" autocomplete="off"><button>{{_("Search")}}</button></form>
% end
<form method="post" action="{{here}}/groups" class="fields" id="found" data-said="{{ngettext("{n} group", "{n} groups", len(other_groups)).format(n=len(other_groups))}}">
% include("parts/form_token.tpl")
<input type="hidden" name="groups" value="{{group_search}}">
% if groups:
<ul class="list">
% for group in groups:
<li><div class="grow"><a href="/settings/admin/user-groups/{{group.id}}">{{group.friendly_name}}</a><small>{{group.name}}</small></div><div class="actions"><button name="remove" value="{{group.id}}" class="quiet danger" aria-label="{{_("Remove from {group}").format(group=group.friendly_name)}}">{{_("Remove")}}</button></div></li>
% end
</ul>
% else:
<p class="soft">{{_("In no group yet.")}}</p>
% end
% if other_groups:
<div class="field"><h3>{{_("Add to a group")}}</h3><div class="row">
% for group in other_groups:
<button name="add" value="{{group.id}}" aria-label="{{_("Add to {group}").format(group=group.name)}}">{{group.name}}</button>
% end
</div></div>
% if there_are_more:
<p class="soft">{{_("There are more: search for them.")}}</p>
% end
% elif group_search:
<p class="soft">{{_("No other group has “{text}” in its name.").format(text=group_search)}}</p>
% elif not groups:
<p class="soft">{{_("There are no groups yet.")}} <a href="/settings/admin/user-groups/new">{{_("Add a group")}}</a></p>
% end
</form></section>
