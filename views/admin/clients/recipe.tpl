% # Needs: recipe (Recipe), address (str), answers (dict), errors (dict)
% rebase("layout/base.tpl", title=_("Add {app}").format(app=recipe.name), section="clients")
<h1>{{_("Add {app}").format(app=recipe.name)}}</h1>
<form class="card" method="post" action="/settings/admin/oidc-clients/new/{{recipe.id}}">
% include("parts/form_token.tpl")
<div class="fields">
% include("parts/field.tpl", name="address", label=_("Address of the app"), value=address, errors=errors, hint=_("As people open it in their browser, for example {example}").format(example=recipe.example), autocomplete="url", required=True, autofocus=True, maxlength=500)
% for question in recipe.questions:
% include("parts/field.tpl", name=question.name, label=_(question.label), value=answers[question.name], errors=errors, required=True, maxlength=64)
% end
</div>
<div class="row"><button class="primary">{{_("Add {app}").format(app=recipe.name)}}</button><a class="button quiet" href="/settings/admin/oidc-clients/new">{{_("Another app")}}</a></div>
</form>
