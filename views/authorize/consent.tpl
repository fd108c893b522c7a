% # Needs: interaction (Interaction), client (Client), host (str), scopes (list[str]), granted (frozenset[str]), actor (Actor)
% rebase("layout/bare.tpl", title=_("Sign in to {app}").format(app=client.name))
% words = {"profile": (_("Your name and picture"), _("Display name, first and last name, user name.")), "email": (_("Your e-mail address"), _("And whether it is verified.")), "groups": (_("Your groups"), _("The names of the groups that you are in.")), "offline_access": (_("Staying signed in"), _("It may renew its access while you are away, until you take it back."))}
<div class="sheet">
% include("parts/app_heading.tpl", client=client, heading=_("Sign in to {app}").format(app=client.name), sentence=_("{app} will learn this about you, {name}:").format(app=client.name, name=actor.display_name or actor.username))
<ul class="list">
% known = [scope for scope in scopes if scope in words]
% for scope in known:
<li><div class="grow"><strong>{{words[scope][0]}}</strong>
% if granted and scope not in granted:
 <span class="tag">{{_("new")}}</span>
% end
<small>{{words[scope][1]}}</small></div></li>
% end
% if not known:
<li><div class="grow"><strong>{{_("That it is you")}}</strong><small>{{_("A number that stands for you, and nothing else.")}}</small></div></li>
% end
</ul>
<form method="post" action="/interaction/consent" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="id" value="{{interaction.id}}">
<button class="primary wide">{{_("Sign in to {app}").format(app=client.name)}}</button>
<div class="row apart"><button class="quiet" formaction="/interaction/switch">{{_("Use a different account")}}</button><button class="quiet" formaction="/interaction/cancel">{{_("Cancel")}}</button></div>
</form>
% if host:
<p class="soft centred">{{_("You will be sent to {host}.").format(host=host)}}</p>
% end
</div>
