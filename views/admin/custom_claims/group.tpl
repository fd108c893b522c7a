% # Needs: group (Group), lines (list[Line]), errors (dict), suggestions (list[str]), most (int)
% rebase("layout/base.tpl", title=_("Custom claims of {name}").format(name=group.friendly_name), section="groups")
% here = "/settings/admin/user-groups/" + str(group.id)
<header><a href="{{here}}">{{group.friendly_name}}</a><h1>{{_("Custom claims of {name}").format(name=group.friendly_name)}}</h1><p class="soft">{{ngettext("What apps learn of its {n} member beyond name, e-mail and groups, when they ask for the scope profile.", "What apps learn of its {n} members beyond name, e-mail and groups, when they ask for the scope profile.", group.members).format(n=group.members)}}</p></header>
% include("admin/custom_claims/form.tpl", action=here + "/custom-claims", lines=lines, errors=errors, suggestions=suggestions, most=most)
<p class="soft">{{_("A member's own claim of the same name counts instead. Of two groups, the one whose name for apps comes first in the alphabet decides. Lists are joined: the member gets the parts of all of them. On a member's page you see what comes of it.")}}</p>
