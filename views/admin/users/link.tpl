% # Needs: here (address of the person), name (str), link (str or None), qr (str), can_mail (bool), links (list[Token])
<section class="card" id="link" aria-labelledby="link-title"><header><h2 id="link-title">{{_("One-time link")}}</h2><p class="soft">{{_("Signs {name} in once, to add a passkey. Send it in a way that nobody else reads.").format(name=name)}}</p></header>
% if link:
<div class="link-made"><div class="fields"><div class="notice good" role="status">{{_("Copy the link now: it is shown this once.")}}</div>
<div class="copy"><code id="one-time-link">{{link}}</code><button type="button" data-copied="{{_("Copied")}}" data-copy="#one-time-link">{{_("Copy")}}</button></div></div>
% if qr:
<img class="qr" src="{{qr}}" alt="{{_("The link as a QR code")}}" width="180" height="180">
% end
</div>
% end
% if links:
<ul class="list">
% for row in links:
<li><div class="grow"><strong>{{_("A link that was not used yet")}}</strong><small>{{_("made {when}").format(when=ago(row.created_at, now))}} · {{_("ends {when}").format(when=ago(row.expires_at, now))}}</small></div>
<form class="actions" method="post" action="{{here}}/links/{{row.id}}/revoke">
% include("parts/form_token.tpl")
<button class="quiet danger">{{_("Withdraw")}}</button></form></li>
% end
</ul>
% end
<form class="row" method="post" action="{{here}}/links">
% include("parts/form_token.tpl")
<label for="lifetime">{{_("Valid for")}}</label><select id="lifetime" name="lifetime" class="narrow"><option value="hour">{{_("1 hour")}}</option><option value="day">{{_("1 day")}}</option><option value="week">{{_("1 week")}}</option><option value="month">{{_("1 month")}}</option></select><button>{{_("Make a link")}}</button>
% if can_mail:
<button formaction="{{here}}/links/mail">{{_("Send it by e-mail")}}</button>
% end
</form></section>
