% # Needs: name, label, value (str), choices (dict value -> label), errors (dict); optional hint, disabled (it then goes along hidden)
% problem = errors.get(name)
% described = " ".join(name + end for end, shown in (("-hint", get("hint")), ("-error", problem)) if shown)
<div class="field"><label for="{{name}}">{{label}}</label>
% if get("hint"):
<small id="{{name}}-hint">{{hint}}</small>
% end
<select id="{{name}}" name="{{name}}"{{! " disabled" if get("disabled") else "" }}{{! ' aria-invalid="true" autofocus' if problem and name == next(iter(errors)) else ' aria-invalid="true"' if problem else "" }}{{! f' aria-describedby="{described}"' if described else "" }}>
% for choice, words in choices.items():
<option value="{{choice}}"{{! " selected" if choice == value else "" }}>{{words}}</option>
% end
</select>
% if get("disabled"):
<input type="hidden" name="{{name}}" value="{{value}}">
% end
% if problem:
<span class="error" id="{{name}}-error">{{problem}}</span>
% end
</div>
