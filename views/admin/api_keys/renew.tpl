% # Needs: row (ApiKey)
% rebase("layout/bare.tpl", title=_("Renew the key “{name}”").format(name=row.name))
<div class="sheet">
<h1>{{_("Renew the key “{name}”").format(name=row.name)}}</h1>
<p>{{_("You get a new key under the same name. The old one stops working at once, so have the program at hand.")}}</p>
<form method="post" action="/settings/admin/api-keys/{{row.id}}/renew" class="fields">
% include("parts/form_token.tpl")
% include("parts/select.tpl", name="days", label=_("It ends"), value="90", choices={"30": _("in 30 days"), "90": _("in 90 days"), "365": _("in a year")}, errors={})
<div class="row apart"><a class="button" href="/settings/admin/api-keys">{{_("Cancel")}}</a><button class="primary">{{_("Renew the key")}}</button></div>
</form>
</div>
