% # Needs: api (Api), client (Client), permissions (list[Permission]), granted (dict of way -> list of keys), errors (dict)
% rebase("layout/base.tpl", title=_("What {app} may ask of {api}").format(app=client.name, api=api.name), section="clients")
% here = "/settings/admin/apis/" + str(api.id)
<header><a href="{{here}}">{{api.name}}</a><h1>{{_("What {app} may ask of {api}").format(app=client.name, api=api.name)}}</h1></header>
<form class="card" method="post" action="{{here}}/clients/{{in_path(client.id)}}">
% include("parts/form_token.tpl")
% for way, heading, words in (("person", _("For people"), _("It may ask a person who signs in to it, and they consent.")), ("client", _("For itself"), _("It may get a token at any time, without any person."))):
<fieldset class="fields"><legend>{{heading}}</legend>
% include("parts/check.tpl", name=way, label=_("It may ask for tokens"), checked=way in granted, hint=words, errors=errors, disabled=way == "client" and client.is_public)
% for permission in permissions:
% include("parts/check.tpl", name=way + "_permission", id=way + "-" + permission.key, value=permission.key, label=permission.name, hint=permission.key, checked=permission.key in granted.get(way, []), disabled=way == "client" and client.is_public)
% end
</fieldset>
% end
% if client.is_public:
<p class="soft">{{_("A public client has no secret, so it cannot act for itself.")}}</p>
% end
<div class="row"><button class="primary">{{_("Save")}}</button><a class="button quiet" href="{{here}}">{{_("Cancel")}}</a></div></form>
