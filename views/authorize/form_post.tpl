% # Needs: uri (str), parameters (dict[str, str])
% rebase("layout/bare.tpl", title=_("Signing in"), scripts=["form-post.js"])
<div class="sheet centred">
<h1>{{_("One moment")}}</h1>
<p class="soft">{{_("The app should open by itself. If it does not, press the button.")}}</p>
<form method="post" action="{{uri}}" data-submit>
% for name, value in parameters.items():
<input type="hidden" name="{{name}}" value="{{value}}">
% end
<button class="primary">{{_("Continue")}}</button>
</form>
</div>
