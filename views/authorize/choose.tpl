% # Needs: interaction (Interaction), client (Client), host (str), actor (Actor)
% rebase("layout/bare.tpl", title=_("Sign in to {app}").format(app=client.name))
<div class="sheet">
% include("parts/app_heading.tpl", client=client, heading=_("Sign in to {app}").format(app=client.name), sentence=_("Which account do you want to use?"))
<form method="post" action="/interaction/choose" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="id" value="{{interaction.id}}">
<button class="primary wide">{{_("Continue as {name}").format(name=actor.display_name or actor.username)}}</button>
<button class="wide" formaction="/interaction/switch">{{_("Use a different account")}}</button>
<button class="quiet" formaction="/interaction/cancel">{{_("Cancel")}}</button>
</form>
</div>
