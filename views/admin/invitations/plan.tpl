% # Needs: kept (Import), total, mailed, lines (int), examples (list[Change]), name_of (function), problems (list[Problem]), ignored (list[str]), paging (Paging), problem (str or None)
% rebase("layout/base.tpl", title=_("Invite many"), section="users")
<header><h1>{{ngettext("{n} person in the file", "{n} people in the file", total).format(n=number(total))}}</h1><p class="soft">{{_("Nobody is invited yet.")}}</p></header>
% if problem:
<div class="notice bad" role="alert">{{problem}}</div>
% end
% if ignored:
<div class="notice">{{_("These columns are not read: {names}.").format(names=", ".join(ignored))}}</div>
% end
% if problems:
<div class="notice warn">{{ngettext("{n} line has to be changed. Please repair the file and upload it again.", "{n} lines have to be changed. Please repair the file and upload it again.", lines).format(n=lines)}}</div>
<div class="table"><table><thead><tr><th scope="col">{{_("Line")}}</th><th scope="col">{{_("Column")}}</th><th scope="col">{{_("What is wrong")}}</th></tr></thead><tbody>
% for found in problems:
<tr><td>{{_("Line {n}").format(n=found.line)}}</td><td data-label="{{_("Column")}}"{{! "" if found.column else ' class="none"' }}>
% if found.column:
<code>{{found.column}}</code>
% end
</td><td>{{found.message}}</td></tr>
% end
</tbody></table></div>
% include("parts/pager.tpl", paging=paging, base_url="?")
<div class="row"><a class="button primary" href="/settings/admin/invitations/import">{{_("Upload it again")}}</a></div>
% else:
<section class="card" aria-labelledby="first-title"><header><h2 id="first-title">{{_("The first of them")}}</h2></header>
<ul class="list">
% for change in examples:
<li><div class="grow"><strong>{{name_of(change)}}</strong><small>{{" · ".join(text for text in (change.username, change.email) if text)}}</small></div></li>
% end
</ul>
<p>{{ngettext("{n} gets the link by mail.", "{n} get their links by mail.", mailed).format(n=mailed) if mailed else ""}} {{ngettext("{n} link is for you to hand over.", "{n} links are for you to hand over, in a file.", total - mailed).format(n=total - mailed) if total > mailed else ""}}</p>
<form class="row" method="post" action="/settings/admin/invitations/import/{{kept.id}}">
% include("parts/form_token.tpl")
<button class="primary">{{ngettext("Invite {n} person", "Invite {n} people", total).format(n=number(total))}}</button><a class="button quiet" href="/settings/admin/invitations/import">{{_("Cancel")}}</a></form></section>
% end
