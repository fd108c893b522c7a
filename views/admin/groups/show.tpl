% # Needs: group (Group), change (groups.Change), errors (dict), people (list[Member]), opened (list[Opened]), search (str), paging (Paging), base_url (str)
% rebase("layout/base.tpl", title=group.friendly_name, section="groups")
% here = "/settings/admin/user-groups/" + str(group.id)
<header><h1>{{group.friendly_name}}</h1><p class="soft">{{ngettext("{n} member", "{n} members", group.members).format(n=group.members)}}</p></header>
<form class="card" method="post" action="{{here}}"><header><h2>{{_("General")}}</h2></header>
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="friendly_name", label=_("Name"), value=change.friendly_name, errors=errors, required=True, maxlength=50)
% include("parts/field.tpl", name="name", label=_("Name for apps"), value=change.name, errors=errors, maxlength=255, hint=_("Apps that give rights by this name must be told when it changes."))
</div>
<div class="row apart"><button class="primary">{{_("Save changes")}}</button><a class="button quiet danger" href="{{here}}/delete">{{_("Delete this group…")}}</a></div></form>
<section class="card" id="members" aria-labelledby="members-title"><header><h2 id="members-title">{{_("Members")}}</h2></header>
<form class="row search" role="search" method="get" action="{{here}}#members"><input type="search" name="search" value="{{search}}" placeholder="{{_("Search people")}}" aria-label="{{_("Search people")}}"><button>{{_("Search")}}</button></form>
<form method="post" action="{{here}}/members" class="fields">
% include("parts/form_token.tpl")
% if people:
<fieldset class="fields"><legend class="hidden">{{_("Members")}}</legend>
% for person in people:
<input type="hidden" name="shown" value="{{person.id}}">
% include("parts/check.tpl", name="member", id="member-" + str(person.id), value=str(person.id), label=person.display_name or person.username, checked=person.is_member, hint=person.email or person.username)
% end
</fieldset><div class="row"><button>{{_("Save members")}}</button></div>
% else:
<p class="soft">{{_("Nobody has that name.")}}</p>
% end
</form>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
</section>
<a class="card tile-link" href="{{here}}/custom-claims"><strong>{{_("Custom claims")}}</strong><span class="soft">{{_("What apps learn of every member of this group.")}}</span></a>
<section class="card" aria-labelledby="opens-title"><header><h2 id="opens-title">{{_("Apps that it opens")}}</h2></header>
% if opened:
<ul class="list">
% for app in opened:
<li><img class="app-logo small" src="/api/oidc/clients/{{app.id}}/logo" alt="" width="36" height="36"><a href="/settings/admin/oidc-clients/{{app.id}}#access">{{app.name}}</a></li>
% end
</ul>
% else:
<p class="soft">{{_("None: no app is limited to this group.")}}</p>
% end
</section>
