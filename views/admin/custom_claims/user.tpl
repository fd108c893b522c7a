% # Needs: user (User), name (str), told (list[Told]), lines (list[Line]), errors (dict), suggestions (list[str]), most (int)
% rebase("layout/base.tpl", title=_("Custom claims of {name}").format(name=name), section="users")
% here = "/settings/admin/users/" + str(user.id)
<header><a href="{{here}}">{{name}}</a><h1>{{_("Custom claims of {name}").format(name=name)}}</h1><p class="soft">{{_("What apps learn of {name} beyond name, e-mail and groups, when they ask for the scope profile.").format(name=name)}}</p></header>
% include("admin/custom_claims/form.tpl", action=here + "/custom-claims", lines=lines, errors=errors, suggestions=suggestions, most=most)
<section class="card" id="told" aria-labelledby="told-title"><header><h2 id="told-title">{{_("What apps are told")}}</h2><p class="soft">{{_("The claims of {name} come before those of the groups, and groups come in the order of their names for apps. The first value counts; lists are joined.").format(name=name)}}</p></header>
% if told:
<ul class="list">
% for claim in told:
<li><div class="grow"><strong>{{claim.name}}</strong> <span class="tag">{{claim.kind if claim.value else _("left out")}}</span>
% if claim.value:
<div><code>{{claim.value}}</code></div>
% end
<small>{{_("from {sources}").format(sources=", ".join(claim.sources))}}{{" · " + _("instead of the value of {groups}").format(groups=", ".join(claim.hidden)) if claim.hidden else ""}}</small></div></li>
% end
</ul>
% else:
<p class="soft">{{_("No custom claim yet, neither here nor from a group.")}}</p>
% end
</section>
