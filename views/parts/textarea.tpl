% # Needs: name, label, value (str or None), errors (dict); optional hint, rows
% problem = errors.get(name)
% described = " ".join(part for part in (f"{name}-hint" if get("hint") else "", f"{name}-error" if problem else "") if part)
<div class="field">
<label for="{{name}}">{{label}}</label>
% if get("hint"):
<small id="{{name}}-hint">{{hint}}</small>
% end
<textarea id="{{name}}" name="{{name}}" rows="{{get("rows", 4)}}" spellcheck="false" autocapitalize="none"{{! ' aria-invalid="true" autofocus' if problem and name == next(iter(errors)) else ' aria-invalid="true"' if problem else "" }}{{! f' aria-describedby="{described}"' if described else "" }}>{{value or ""}}</textarea>
% if problem:
<span class="error" id="{{name}}-error">{{problem}}</span>
% end
</div>
