% # Needs: name, label, checked (bool); optional hint, value, id, disabled, errors (dict)
% box, problem = get("id", name), get("errors", {}).get(name)
% described = " ".join(part for part in (f"{box}-hint" if get("hint") else "", f"{box}-error" if problem else "") if part)
<div class="check"><input type="checkbox" id="{{box}}" name="{{name}}" value="{{get("value", "true")}}"{{! " checked" if checked else "" }}{{! " disabled" if get("disabled") else "" }}{{! ' aria-invalid="true" autofocus' if problem and name == next(iter(errors)) else ' aria-invalid="true"' if problem else "" }}{{! f' aria-describedby="{described}"' if described else "" }}><label for="{{box}}">{{label}}</label>
% if get("hint"):
<small id="{{box}}-hint">{{hint}}</small>
% end
% if problem:
<span class="error" id="{{box}}-error">{{problem}}</span>
% end
</div>
