% # Needs: name, label, value (str), errors (dict), fixed (dict name -> environment variable); optional what parts/field.tpl takes
% if name in fixed:
<div class="field"><span class="label">{{label}}</span><span>{{value}}</span></div>
% else:
% include("parts/field.tpl")
% end
