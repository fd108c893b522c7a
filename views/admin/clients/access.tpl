% # Needs: client (Client), here (address of the client), access (admin_client_access.Section)
<section class="card" id="access" aria-labelledby="access-title"><header><h2 id="access-title">{{_("Who may sign in")}}</h2></header>
<form class="fields" method="post" action="{{here}}/access">
% include("parts/form_token.tpl")
<fieldset class="fields"><legend class="hidden">{{_("Who may sign in")}}</legend>
<div class="check"><input type="radio" id="who-all" name="who" value="all"{{! "" if client.is_group_restricted else " checked" }}><label for="who-all">{{_("Everybody")}}</label></div>
<div class="check"><input type="radio" id="who-groups" name="who" value="groups"{{! " checked" if client.is_group_restricted else "" }}><label for="who-groups">{{_("Members of these groups only")}}</label></div>
</fieldset>
<div class="row"><button>{{_("Save")}}</button></div></form>
% if access.there_are_more or access.search:
<form class="row search" role="search" method="get" action="{{here}}#access" data-live="#found"><input type="search" name="groups" value="{{access.search}}" placeholder="{{_("Search groups to add")}}" aria-label="{{_("Search groups to add")}}" autocomplete="off"><button>{{_("Search")}}</button></form>
% end
<form method="post" action="{{here}}/access/groups" class="fields" id="found" data-said="{{ngettext("{n} group", "{n} groups", len(access.others)).format(n=len(access.others))}}">
% include("parts/form_token.tpl")
<input type="hidden" name="groups" value="{{access.search}}">
<h3>{{_("Groups")}}</h3>
% if access.groups:
<ul class="list">
% for group in access.groups:
<li><div class="grow"><a href="/settings/admin/user-groups/{{group.id}}">{{group.friendly_name}}</a><small>{{ngettext("{n} member", "{n} members", group.members).format(n=group.members)}}</small></div><div class="actions"><button name="remove" value="{{group.id}}" class="quiet danger" aria-label="{{_("Remove {group}").format(group=group.friendly_name)}}">{{_("Remove")}}</button></div></li>
% end
</ul>
% elif client.is_group_restricted:
<div class="notice warn">{{_("None is chosen, so nobody may sign in.")}}</div>
% else:
<p class="soft">{{_("None is chosen.")}}</p>
% end
% if access.others:
<div class="field"><h3>{{_("Add a group")}}</h3><div class="row">
% for group in access.others:
<button name="add" value="{{group.id}}" aria-label="{{_("Add {group}").format(group=group.name)}}">{{group.name}}</button>
% end
</div></div>
% if access.there_are_more:
<p class="soft">{{_("There are more: search for them.")}}</p>
% end
% elif access.search:
<p class="soft">{{_("No other group has “{text}” in its name.").format(text=access.search)}}</p>
% elif not access.groups:
<p class="soft">{{_("There are no groups yet.")}} <a href="/settings/admin/user-groups/new">{{_("Add a group")}}</a></p>
% end
</form></section>
