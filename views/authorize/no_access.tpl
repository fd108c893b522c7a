% # Needs: interaction (Interaction), client (Client), actor (Actor)
% rebase("layout/bare.tpl", title=_("No access to {app}").format(app=client.name))
<div class="sheet">
% include("parts/app_heading.tpl", client=client, heading=_("You have no access to {app}").format(app=client.name), sentence=_("It is open to certain groups, and {name} is in none of them. Ask the person who runs {site} to add you.").format(name=actor.display_name or actor.username, site=site.app_name))
<form method="post" action="/interaction/cancel" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="id" value="{{interaction.id}}">
<button class="primary wide">{{_("Back to {app}").format(app=client.name)}}</button>
<button class="wide" formaction="/interaction/switch">{{_("Use a different account")}}</button>
</form>
</div>
