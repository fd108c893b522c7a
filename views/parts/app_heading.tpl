% # Needs: client (Client), heading (str), sentence (str)
<div class="centred fields">
<div class="pair-of-marks">
% include("parts/mark.tpl", mark_class="mark")
<svg width="22" height="10" viewBox="0 0 22 10" fill="currentColor" aria-hidden="true"><circle cx="3" cy="5" r="1.8"/><circle cx="11" cy="5" r="1.8"/><circle cx="19" cy="5" r="1.8"/></svg>

% include("parts/app_logo.tpl", client_id=client.id)
</div>
<div class="heading"><h1>{{heading}}</h1><p class="soft">{{sentence}}</p></div>
</div>
