% # Needs: action (URL), lines (list[Line]), errors (dict), suggestions (list[str]), most (int)
<form class="card" method="post" action="{{action}}">
% include("parts/form_token.tpl")
<div class="prose soft" id="claims-hint"><p>{{_("A value that is JSON keeps its type: 5 is a number, true is yes, {example} is a list. Everything else is a text.").format(example='["a", "b"]')}}</p>
<p>{{_("At most {n} claims. To remove one, empty its line.").format(n=most)}}</p></div>
% if errors.get("claims"):
<p class="notice bad" role="alert">{{errors["claims"]}}</p>
% end
<datalist id="claim-names">
% for name in suggestions:
<option value="{{name}}"></option>
% end
</datalist>
<div class="fields">
% for line in lines:
% name_field, value_field = "claim_name-" + str(line.number), "claim_value-" + str(line.number)
<div class="line" role="group" aria-label="{{_("Claim {n}").format(n=line.number)}}">
<div class="field"><input id="{{name_field}}" name="claim_name" value="{{line.name}}" list="claim-names" maxlength="255" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="{{_("Name")}}" aria-label="{{_("Name of claim {n}").format(n=line.number)}}" aria-describedby="claims-hint{{" " + name_field + "-error" if name_field in errors else ""}}"{{! ' aria-invalid="true"' if name_field in errors else "" }}{{! " autofocus" if name_field == next(iter(errors), "") else "" }}>
% if name_field in errors:
<span class="error" id="{{name_field}}-error">{{errors[name_field]}}</span>
% end
</div>
<div class="field"><input id="{{value_field}}" name="claim_value" value="{{line.value}}" maxlength="4000" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="{{_("Value")}}" aria-label="{{_("Value of claim {n}").format(n=line.number)}}" aria-describedby="claims-hint{{" " + value_field + "-error" if value_field in errors else ""}}"{{! ' aria-invalid="true"' if value_field in errors else "" }}{{! " autofocus" if value_field == next(iter(errors), "") else "" }}>
% if value_field in errors:
<span class="error" id="{{value_field}}-error">{{errors[value_field]}}</span>
% end
</div>
% if line.kind:
<span class="tag">{{line.kind}}</span>
% end
</div>
% end
</div>
<div class="row"><button class="primary">{{_("Save claims")}}</button></div></form>
