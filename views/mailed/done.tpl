% # Needs: heading (str), sentences (list[str])
% rebase("layout/bare.tpl", title=heading)
<div class="sheet">
<h1>{{heading}}</h1>
<div class="prose">
% for sentence in sentences:
<p>{{sentence}}</p>
% end
</div>
<a class="button wide" href="/settings/account#passkeys">{{_("Go to your account")}}</a>
</div>
