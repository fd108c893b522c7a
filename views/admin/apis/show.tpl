% # Needs: api (Api), name, client_id (str), lines (list[Permission]), granted (dict of client id -> dict of way -> list of keys), clients, others (dict of id -> name), errors (dict)
% rebase("layout/base.tpl", title=api.name, section="clients")
% here = "/settings/admin/apis/" + str(api.id)
<header><a href="/settings/admin/apis">{{_("APIs")}}</a><h1>{{api.name}}</h1></header>
<form class="card" method="post" action="{{here}}"><header><h2>{{_("General")}}</h2></header>
% include("parts/form_token.tpl")
<div class="field"><span class="label">{{_("Resource")}}</span><div class="copy"><code id="resource">{{api.resource}}</code><button type="button" data-copied="{{_("Copied")}}" data-copy="#resource">{{_("Copy")}}</button></div></div>
<div class="fields pair">
% include("parts/field.tpl", name="name", label=_("Name"), value=name, errors=errors, required=True, maxlength=50)
% include("parts/select.tpl", name="client_id", label=_("Its own client"), value=client_id, choices={"": _("None"), **clients}, errors=errors, hint=_("With its secret the API asks whether a token is good."))
</div>
<fieldset class="fields"><legend>{{_("Permissions")}}</legend>
<p class="soft" id="permissions-hint">{{_("A key is what apps ask for, a name what people read. To remove a line, empty it: everybody loses it.")}}</p>
% if errors.get("permissions"):
<p class="notice bad" role="alert">{{errors["permissions"]}}</p>
% end
% for place, line in enumerate(lines, start=1):
<div class="line third" role="group" aria-label="{{_("Line {n}").format(n=place)}}">
% for field, value, words, longest in (("permission_key", line.key, _("Key"), 128), ("permission_name", line.name, _("Name"), 50), ("permission_description", line.description, _("Description"), 200)):
% box = field + "-" + str(place)
<div class="field"><input id="{{box}}" name="{{field}}" value="{{value}}" maxlength="{{longest}}" autocomplete="off" spellcheck="false" placeholder="{{words}}" aria-label="{{words}}" aria-describedby="permissions-hint{{" " + box + "-error" if box in errors else ""}}"{{! ' aria-invalid="true"' if box in errors else "" }}{{! " autofocus" if box == next(iter(errors), "") else "" }}>
% if box in errors:
<span class="error" id="{{box}}-error">{{errors[box]}}</span>
% end
</div>
% end
</div>
% end
</fieldset>
<div class="row apart"><button class="primary">{{_("Save changes")}}</button><a class="button quiet danger" href="{{here}}/delete">{{_("Delete this API…")}}</a></div></form>
<section class="card" id="clients" aria-labelledby="clients-title"><header><h2 id="clients-title">{{_("Clients")}}</h2><p class="soft">{{_("Only these may ask for tokens for it.")}}</p></header>
% if granted:
<ul class="list">
% for client, ways in granted.items():
<li>
% include("parts/app_logo.tpl", client_id=client, small=True)
<div class="grow"><a href="{{here}}/clients/{{in_path(client)}}">{{clients.get(client, client)}}</a>
% if "person" in ways:
<small>{{_("For people")}}: {{", ".join(ways["person"]) or _("no permission")}}</small>
% end
% if "client" in ways:
<small>{{_("For itself")}}: {{", ".join(ways["client"]) or _("no permission")}}</small>
% end
</div></li>
% end
</ul>
% else:
<p class="soft">{{_("None yet.")}}</p>
% end
% if others:
<form method="get" action="{{here}}/clients" class="row">
% include("parts/select.tpl", name="client", label=_("Another client"), value="", choices=others, errors={})
<button>{{_("Choose")}}</button></form>
% end
</section>
