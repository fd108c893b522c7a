% # Needs: api (apis.Allowed or None), permissions (list[Permission]), new (set of keys), interaction (Interaction), client (Client), host (str), scopes (list[str]), granted (frozenset[str]), actor (Actor)
% rebase("layout/bare.tpl", title=_("Sign in to {app}").format(app=client.name))
<div class="sheet">
% include("parts/app_heading.tpl", client=client, heading=_("Sign in to {app}").format(app=client.name), sentence=(_("{app} asks you for this, {name}:") if api else _("{app} will learn this about you, {name}:")).format(app=client.name, name=actor.display_name or actor.username))
% include("parts/speaks_from.tpl", client=client)
% include("parts/scopes.tpl", scopes=scopes, granted=granted, api=api, permissions=permissions, new=new)
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
