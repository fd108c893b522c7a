% # Needs: name, label, value (str or None), errors (dict); optional type, hint, autocomplete, required, maxlength, autofocus, placeholder, disabled, numeric (bool)
% problem = errors.get(name)
% described = " ".join(part for part in (f"{name}-hint" if get("hint") else "", f"{name}-error" if problem else "") if part)
<div class="field">
<label for="{{name}}">{{label}}</label>
% if get("hint"):
<small id="{{name}}-hint">{{hint}}</small>
% end
<input id="{{name}}" name="{{name}}" type="{{get("type", "text")}}" value="{{value or ""}}" autocomplete="{{get("autocomplete", "off")}}"{{! ' required' if get("required") else "" }}{{! ' disabled' if get("disabled") else "" }}{{! ' inputmode="numeric"' if get("numeric") else "" }}{{! f' maxlength="{int(maxlength)}"' if get("maxlength") else "" }}{{! ' aria-invalid="true" autofocus' if problem and name == next(iter(errors)) else ' aria-invalid="true"' if problem else ' autofocus' if get("autofocus") and not errors else "" }}{{! f' aria-describedby="{described}"' if described else "" }} placeholder="{{get("placeholder", "")}}">
% if problem:
<span class="error" id="{{name}}-error">{{problem}}</span>
% end
</div>
