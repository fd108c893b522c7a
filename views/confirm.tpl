% # Needs: heading (str), sentences (list[str]), action (URL), button (str), cancel (URL), fields (dict of hidden fields)
% rebase("layout/bare.tpl", title=heading)
<div class="sheet">
<h1>{{heading}}</h1>
<div class="prose">
% for sentence in sentences:
<p>{{sentence}}</p>
% end
</div>
<form method="post" action="{{action}}" class="row apart">
% include("parts/form_token.tpl")
% for name, value in fields.items():
<input type="hidden" name="{{name}}" value="{{value}}">
% end
<a class="button" href="{{cancel}}">{{_("Cancel")}}</a>
<button class="danger">{{button}}</button>
</form>
</div>
