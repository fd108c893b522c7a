% # Needs: user (User), typed (str), errors (dict), has_mail (bool)
% rebase("layout/base.tpl", title=_("Your e-mail address"), section="account")
<header><a href="/settings/account">{{_("Your account")}}</a><h1>{{_("Your e-mail address")}}</h1><p class="soft">{{_("Apps recognise you by it.")}}</p></header>
<form class="card" method="post" action="/settings/account/email">
% include("parts/form_token.tpl")
% if user.email:
<div class="field"><span class="label">{{_("Your address now")}}</span><span>{{user.email}}</span></div>
% end
% include("parts/field.tpl", name="email", label=_("New address"), value=typed, errors=errors, type="email", autocomplete="email", required=True, maxlength=255, autofocus=True, hint=_("It gets a mail with a button. Your old address is told of the change.") if has_mail else _("It counts at once, and apps are told that it is not verified."))
<div class="row"><button class="primary">{{_("Change address")}}</button><a class="button" href="/settings/account">{{_("Cancel")}}</a></div>
</form>
