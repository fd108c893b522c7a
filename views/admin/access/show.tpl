% # Needs: rows (list of users.Listed with list[Verdict]), apps, every_app (list[access.Rule]), groups (list[groups.Named]), chosen (dict: search, group, app, apps, whole), paging, across (Paging), base_url, other_apps, on_paper (str), fits_on_paper (bool)
% rebase("layout/base.tpl", title=_("Who may open what"), section="users", scripts=["live.js"])
<header><h1>{{_("Who may open what")}}</h1><p class="soft">{{_("People and apps, and the reason for each yes and no. As of {when}.").format(when=exact(now))}}</p></header>
<form class="filters" role="search" method="get" data-live="#found">
<div class="field"><label for="search">{{_("Person")}}</label><input type="search" id="search" name="search" value="{{chosen["search"]}}" placeholder="{{_("Name or e-mail")}}" autocomplete="off"></div>
% if groups:
<div class="field"><label for="group">{{_("Group")}}</label><select id="group" name="group"><option value="">{{_("Any")}}</option>
% for group in groups:
<option value="{{group.id}}"{{! " selected" if str(group.id) == chosen["group"] else "" }}>{{group.name}}</option>
% end
</select></div>
% end
<div class="field"><label for="app">{{_("App")}}</label><select id="app" name="app"><option value="">{{_("All")}}</option>
% for app in every_app:
<option value="{{app.client_id}}"{{! " selected" if app.client_id == chosen["app"] else "" }}>{{app.name}}</option>
% end
</select></div>
% if chosen["whole"]:
<input type="hidden" name="whole" value="on">
% end
<button>{{_("Show")}}</button></form>
<div id="found" class="found" data-said="{{ngettext("{n} person", "{n} people", paging.total).format(n=number(paging.total))}}">
% if rows and apps:
% if across.pages > 1:
<nav class="pager" aria-label="{{_("Apps")}}"><span>{{_("Apps {first} to {last} of {total}").format(first=across.offset + 1, last=across.offset + len(apps), total=across.total)}}</span><span>
% if across.page > 1:
<a href="{{other_apps}}apps={{across.page - 1}}">{{_("Apps before")}}</a>
% end
% if across.page < across.pages:
<a href="{{other_apps}}apps={{across.page + 1}}">{{_("More apps")}}</a>
% end
</span></nav>
% end
<div class="table"><table class="matrix"><caption class="hidden">{{_("Who may open what")}}</caption><thead><tr><th scope="col">{{_("Person")}}</th>
% for app in apps:
<th scope="col"><a href="/settings/admin/oidc-clients/{{in_path(app.client_id)}}#access">{{app.name}}</a></th>
% end
</tr></thead><tbody>
% for person, verdicts in rows:
<tr><th scope="row"><a href="/settings/admin/users/{{person.id}}#apps">{{person.display_name or person.username}}</a><small>{{person.username}}</small></th>
% for app, verdict in zip(apps, verdicts):
<td data-label="{{app.name}}">
% if len(apps) == 1:
{{verdict.sentence}}
% else:
<span class="tag{{! " good" if verdict.may else "" }}">{{_("Yes") if verdict.may else _("No")}}</span> <small>{{verdict.word}}</small>
% end
</td>
% end
</tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url=base_url)
% if chosen["whole"]:
<p class="on-screen"><a href="{{on_paper}}">{{_("By pages again")}}</a></p>
% elif paging.pages > 1 and fits_on_paper:
<p class="on-screen"><a href="{{on_paper}}">{{_("All of these people on one page, to print")}}</a></p>
% end
% elif not every_app:
<div class="card empty"><h2>{{_("No apps yet")}}</h2><p class="soft">{{_("Once there is an app, this page says who may open it.")}}</p><a class="button" href="/settings/admin/oidc-clients/new">{{_("Add the first app")}}</a></div>
% else:
<div class="card empty"><h2>{{_("Nobody fits")}}</h2><a class="button" href="/settings/admin/access">{{_("Show everybody")}}</a></div>
% end
</div>
