% # Needs: user (User), name (str), reason (str), errors (dict)
% rebase("layout/bare.tpl", title=_("Refuse {name}?").format(name=name))
<div class="sheet">
<h1>{{_("Refuse {name}?").format(name=name)}}</h1>
<div class="prose">
<p>{{_("The account {username} is deleted with its passkey. They may sign up again.").format(username=user.username)}}</p>
</div>
<form method="post" action="/settings/admin/sign-up/waiting/{{user.id}}/refuse" class="fields">
% include("parts/form_token.tpl")
% include("parts/textarea.tpl", name="reason", label=_("Reason (may stay empty)"), value=reason, errors=errors, hint=_("They read it on the page on which they wait."), rows=3)
<div class="row apart"><a class="button" href="/settings/admin/sign-up">{{_("Cancel")}}</a><button class="danger">{{_("Refuse {name}").format(name=name)}}</button></div>
</form>
</div>
