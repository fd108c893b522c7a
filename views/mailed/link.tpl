% # Needs: heading (str), sentence (str), action (path), button (str), token (str)
% rebase("layout/bare.tpl", title=heading)
<div class="sheet">
<div class="centred fields">
% include("parts/mark.tpl", mark_class="mark")
<h1>{{heading}}</h1>
<p class="soft">{{sentence}}</p>
</div>
<form method="post" action="{{action}}" class="fields">
% include("parts/form_token.tpl")
<input type="hidden" name="token" value="{{token}}">
<button class="primary wide">{{button}}</button>
</form>
</div>
