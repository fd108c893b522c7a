% # Needs: client (Client), patterns (str), lines (list[Line]), kinds (dict of kind -> label), sources, known, gone (list[str]), errors (dict)
% rebase("layout/base.tpl", title=_("What {app} is told").format(app=client.name), section="clients")
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
<header><a href="{{here}}">{{client.name}}</a><h1>{{_("What {app} is told").format(app=client.name)}}</h1><p class="soft">{{_("For apps that expect claims under other names, or roles from groups. Most need nothing here.")}} <a href="{{here}}/preview">{{_("See what it is told now")}}</a></p></header>
% if gone:
<div class="notice warn">{{ngettext("There is no group {names}, so nobody gets its role. Was it renamed?", "There are no groups {names}, so nobody gets their roles. Were they renamed?", len(gone)).format(names=", ".join(gone))}}</div>
% end
<form class="card" method="post" action="{{here}}/claims">
% include("parts/form_token.tpl")
<div class="fields">
% include("parts/textarea.tpl", name="groups", label=_("Groups that {app} may know of").format(app=client.name), value=patterns, errors=errors, hint=_("One name a line, or the beginning of names with a * at the end: photos-*. Empty means all groups of the person."), rows=2)
</div>
<fieldset class="fields"><legend>{{_("Claims for this app")}}</legend>
<div class="prose soft" id="rules-hint"><p>{{_("Names and constants apply from top to bottom, then roles: of several groups the first line counts, and lists are joined. A constant above is what those get who are in no group of a role.")}}</p><p>{{_("To remove a line, empty it.")}}</p></div>
% if errors.get("rules"):
<p class="notice bad" role="alert">{{errors["rules"]}}</p>
% end
<datalist id="known-claims">
% for name in known:
<option value="{{name}}"></option>
% end
</datalist>
<datalist id="sources">
% for name in sources:
<option value="{{name}}"></option>
% end
</datalist>
% for line in lines:
% rule, number = line.rule, str(line.number)
<div class="line rule" role="group" aria-label="{{_("Line {n}").format(n=number)}}">
<div class="field"><input id="rule_claim-{{number}}" name="rule_claim" value="{{rule.claim}}" list="known-claims" maxlength="255" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="{{_("Claim in the app")}}" aria-label="{{_("Claim in the app, line {n}").format(n=number)}}" aria-describedby="rules-hint{{" rule_claim-" + number + "-error" if "rule_claim-" + number in errors else ""}}"{{! ' aria-invalid="true"' if "rule_claim-" + number in errors else "" }}{{! " autofocus" if "rule_claim-" + number == next(iter(errors), "") else "" }}>
% if "rule_claim-" + number in errors:
<span class="error" id="rule_claim-{{number}}-error">{{errors["rule_claim-" + number]}}</span>
% end
</div>
<div class="field"><select id="rule_kind-{{number}}" name="rule_kind" aria-label="{{_("What it is, line {n}").format(n=number)}}">
% for kind, label in kinds.items():
<option value="{{kind}}"{{! " selected" if rule.kind == kind else "" }}>{{label}}</option>
% end
</select></div>
<div class="field"><input id="rule_source-{{number}}" name="rule_source" value="{{rule.source}}" list="sources" maxlength="255" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="{{_("Claim or group here")}}" aria-label="{{_("Claim or group here, line {n}").format(n=number)}}" aria-describedby="rules-hint{{" rule_source-" + number + "-error" if "rule_source-" + number in errors else ""}}"{{! ' aria-invalid="true"' if "rule_source-" + number in errors else "" }}{{! " autofocus" if "rule_source-" + number == next(iter(errors), "") else "" }}>
% if "rule_source-" + number in errors:
<span class="error" id="rule_source-{{number}}-error">{{errors["rule_source-" + number]}}</span>
% end
</div>
<div class="field"><input id="rule_value-{{number}}" name="rule_value" value="{{rule.value}}" maxlength="4000" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="{{_("Value")}}" aria-label="{{_("Value, line {n}").format(n=number)}}" aria-describedby="rules-hint{{" rule_value-" + number + "-error" if "rule_value-" + number in errors else ""}}"{{! ' aria-invalid="true"' if "rule_value-" + number in errors else "" }}{{! " autofocus" if "rule_value-" + number == next(iter(errors), "") else "" }}>
% if "rule_value-" + number in errors:
<span class="error" id="rule_value-{{number}}-error">{{errors["rule_value-" + number]}}</span>
% end
</div></div>
% end
</fieldset>
<div class="row"><button class="primary">{{_("Save")}}</button></div></form>
<section class="card" aria-labelledby="examples-title"><header><h2 id="examples-title">{{_("Examples")}}</h2></header>
<dl class="facts">
<div><dt>{{_("The e-mail address as user name")}}</dt><dd><code>preferred_username</code> · {{kinds["copy"]}} · <code>email</code></dd></div>
<div><dt>{{_("Admins of the group it, everybody else a user")}}</dt><dd><code>role</code> · {{kinds["constant"]}} · <code>user</code><br><code>role</code> · {{kinds["role"]}} · <code>it</code> · <code>admin</code></dd></div>
<div><dt>{{_("The groups as a claim roles")}}</dt><dd><code>roles</code> · {{kinds["rename"]}} · <code>groups</code></dd></div>
</dl></section>
