% # Needs: client (Client), user (str), people (list of people), scopes, all_scopes (list[str]), errors (dict), refusal (str), shown (list of (heading, JSON))
% rebase("layout/base.tpl", title=_("What {app} would be told").format(app=client.name), section="clients")
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
<header><a href="{{here}}">{{client.name}}</a><h1>{{_("What {app} would be told").format(app=client.name)}}</h1><p class="soft">{{_("A preview: the claims that a sign-in would bring now. Nothing is issued, signed or stored.")}}</p></header>
<form class="card" method="get" action="{{here}}/preview">
<datalist id="people">
% for person in people:
<option value="{{person.username}}">{{person.display_name}}</option>
% end
</datalist>
<div class="field"><label for="user">{{_("Person")}}</label><small id="user-hint">{{_("User name or e-mail address")}}</small><input id="user" name="user" value="{{user}}" list="people" autocomplete="off" autocapitalize="none" aria-describedby="user-hint{{" user-error" if errors.get("user") else ""}}"{{! ' aria-invalid="true" autofocus' if errors.get("user") else "" }}>
% if errors.get("user"):
<span class="error" id="user-error">{{errors["user"]}}</span>
% end
</div>
<fieldset class="row"><legend>{{_("Scopes that the app asks for")}}</legend>
% for scope in all_scopes:
% include("parts/check.tpl", name="scope", id="scope-" + scope, value=scope, label=scope, checked=scope in scopes)
% end
</fieldset>
<div class="row"><button class="primary">{{_("Show")}}</button></div></form>
% if refusal:
<div class="notice bad" role="status"><strong>{{_("No tokens would be issued.")}}</strong> {{refusal}} <a href="{{here}}#access">{{_("Who may sign in")}}</a></div>
% end
% for heading, text in shown:
<section class="card" aria-label="{{heading}}"><header><h2>{{heading}} <span class="tag warn">{{_("Preview")}}</span></h2></header><pre tabindex="0" aria-label="{{heading}}">{{text}}</pre></section>
% end
% if shown:
<p class="soft">{{_("“…” stands for what differs at each sign-in, or what the app sends.")}}</p>
% end
