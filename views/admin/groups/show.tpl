% # Needs: group (Group), change (groups.Change), errors (dict), members, others (list[Member]), there_are_more (bool: others), opened (list[Opened]), search (str), paging (Paging), base_url (str)
% rebase("layout/base.tpl", title=group.friendly_name, section="groups", scripts=["live.js"])
% here = "/settings/admin/user-groups/" + str(group.id)
<header><h1>{{group.friendly_name}}</h1><p class="soft">{{ngettext("{n} member", "{n} members", group.members).format(n=number(group.members))}}</p></header>
<form class="card" method="post" action="{{here}}"><header><h2>{{_("General")}}</h2></header>
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="friendly_name", label=_("Name"), value=change.friendly_name, errors=errors, required=True, maxlength=50)
% include("parts/field.tpl", name="name", label=_("Name for apps"), value=change.name, errors=errors, maxlength=255, hint=_("Apps that give rights by this name must be told when it changes."))
</div>
<div class="row apart"><button class="primary">{{_("Save changes")}}</button><a class="button quiet danger" href="{{here}}/delete">{{_("Delete this group…")}}</a></div></form>
<section class="card" id="members" aria-labelledby="members-title"><header><h2 id="members-title">{{_("Members")}}</h2></header>
<form class="row search" role="search" method="get" action="{{here}}#members" data-live="#found"><input type="search" name="search" value="{{search}}" placeholder="{{_("Search people")}}" aria-label="{{_("Search people")}}" autocomplete="off"><button>{{_("Search")}}</button></form>
<form method="post" action="{{here}}/members" class="fields" id="found" data-said="{{ngettext("{n} member", "{n} members", paging.total).format(n=number(paging.total))}}">
% include("parts/form_token.tpl")
<input type="hidden" name="search" value="{{search}}"><input type="hidden" name="page" value="{{paging.page}}">
% if members:
<ul class="list">
% for person in members:
% include("parts/person_row.tpl", person=person, button="remove", label=_("Remove"), described=_("Remove {name} from the group"))
% end
</ul>
% include("parts/pager.tpl", paging=paging, base_url=base_url, fragment="#members")
% elif search:
<p class="soft">{{_("No member has “{text}” in their name or address.").format(text=search)}}</p>
% else:
<p class="soft">{{_("Nobody is in this group yet.")}}</p>
% end
% if there_are_more and not search:
<p class="soft">{{_("To add somebody, type a part of their name or address above.")}}</p>
% elif others:
<h3>{{_("Not in the group")}}</h3>
<ul class="list">
% for person in others:
% include("parts/person_row.tpl", person=person, button="add", label=_("Add"), described=_("Add {name} to the group"))
% end
</ul>
% if there_are_more:
<p class="soft">{{_("There are more: type more of the name.")}}</p>
% end
% end
</form>
</section>
<a class="card tile-link" href="{{here}}/custom-claims"><div class="grow"><strong>{{_("Custom claims")}}</strong><small>{{_("What apps learn of every member of this group.")}}</small></div></a>
<section class="card" aria-labelledby="opens-title"><header><h2 id="opens-title">{{_("Apps that it opens")}}</h2></header>
% if opened:
<ul class="list">
% for app in opened:
<li>
% include("parts/app_logo.tpl", client_id=app.id, small=True)
<a class="grow" href="/settings/admin/oidc-clients/{{in_path(app.id)}}#access">{{app.name}}</a></li>
% end
</ul>
% else:
<p class="soft">{{_("None: no app is limited to this group.")}}</p>
% end
</section>
