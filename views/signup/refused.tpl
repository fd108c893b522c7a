% # Needs: message (str), query (text)
% rebase("layout/bare.tpl", title=_("You cannot sign up here now"))
<div class="sheet">
<h1>{{_("You cannot sign up here now")}}</h1>
<p>{{message}}</p>
<a class="button wide" href="/login{{query}}">{{_("Sign in instead")}}</a>
</div>
