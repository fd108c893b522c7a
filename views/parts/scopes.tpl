% # Needs: scopes (list[str]), granted (collection of scopes that are not new), api (apis.Allowed or None), permissions (list[Permission]), new (collection of their keys)
% words = {"profile": (_("Your name and picture"), _("Display name, first and last name, user name.")), "email": (_("Your e-mail address"), _("And whether it is verified.")), "groups": (_("Your groups"), _("The names of the groups that you are in.")), "offline_access": (_("Staying signed in"), _("It may renew its access while you are away, until you take it back."))}
<ul class="list">
% known = [scope for scope in scopes if scope in words]
% for scope in known:
<li><div class="grow"><strong>{{words[scope][0]}}</strong>
% if granted and scope not in granted:
 <span class="tag">{{_("new")}}</span>
% end
<small>{{words[scope][1]}}</small></div></li>
% end
% for permission in permissions:
<li><div class="grow"><strong>{{permission.name}}</strong>
% if permission.key in new:
 <span class="tag">{{_("new")}}</span>
% end
<small>{{api.name}}{{": " + permission.description if permission.description else ""}}</small></div></li>
% end
% if api and not permissions:
<li><div class="grow"><strong>{{api.name}}</strong><small>{{_("It may call this service for you.")}}</small></div></li>
% end
% if not known and not api:
<li><div class="grow"><strong>{{_("That it is you")}}</strong><small>{{_("A number that stands for you, and nothing else.")}}</small></div></li>
% end
</ul>
