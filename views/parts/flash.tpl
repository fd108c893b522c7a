% # Needs: flash (str or None)
% if flash:
<div class="notice good" role="status">{{flash}}</div>
% end
