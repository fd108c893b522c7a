% # Needs: email (str)
% rebase("layout/bare.tpl", title=_("Look into your mail"))
<div class="sheet">
<h1>{{_("Look into your mail")}}</h1>
<div class="prose">
<p>{{_("We have written to {email}. Open the link in that mail to go on; it is good for an hour.").format(email=email)}}</p>
<p>{{_("Nothing arrives? Look into the folder for spam, and whether the address is right. You may close this page.")}}</p>
</div>
</div>
