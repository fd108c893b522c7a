% # Needs: name, label, checked (bool); optional hint, value, id, disabled
% box = get("id", name)
<div class="check"><input type="checkbox" id="{{box}}" name="{{name}}" value="{{get("value", "true")}}"{{! " checked" if checked else "" }}{{! " disabled" if get("disabled") else "" }}{{! f' aria-describedby="{box}-hint"' if get("hint") else "" }}><label for="{{box}}">{{label}}</label>
% if get("hint"):
<small id="{{box}}-hint">{{hint}}</small>
% end
</div>
