% # Needs: groups (list[groups.Named]), chosen (ids), legend, errors (dict); optional field (of errors), disabled, hint
% if groups:
% field = get("field", "group")
<fieldset class="fields"{{! " disabled" if get("disabled") else "" }}{{! ' tabindex="-1" autofocus' if errors.get(field) else "" }} aria-describedby="{{field + "-error" if errors.get(field) else ""}}"><legend>{{legend}}</legend>
% if get("hint"):
<small>{{hint}}</small>
% end
% if errors.get(field):
<span class="error" id="{{field}}-error">{{errors[field]}}</span>
% end
% for group in groups:
% include("parts/check.tpl", name="group", id=field + "-" + str(group.id), value=str(group.id), label=group.name, checked=group.id in chosen, hint="", errors={})
% end
</fieldset>
% end
