% # Needs: mails (list[Listed]), label (function)
<ul class="list">
% for mail in mails:
<li><div class="grow"><strong>{{label(mail.kind)}}</strong> <span>{{_("to {address}").format(address=mail.address)}}</span>
% if mail.user_id:
<small><a href="/settings/admin/users/{{mail.user_id}}">{{mail.username}}</a></small>
% end
% if mail.sent_at:
<small><time datetime="{{iso(mail.sent_at)}}" title="{{exact(mail.sent_at)}}">{{_("sent {when}").format(when=ago(mail.sent_at, now))}}</time></small>
% elif mail.given_up_at:
<small><time datetime="{{iso(mail.created_at)}}" title="{{exact(mail.created_at)}}">{{_("written {when}").format(when=ago(mail.created_at, now))}}</time> · {{ngettext("tried once", "tried {n} times", mail.attempts).format(n=mail.attempts)}}</small>
% else:
<small><time datetime="{{iso(mail.created_at)}}" title="{{exact(mail.created_at)}}">{{_("written {when}").format(when=ago(mail.created_at, now))}}</time> · {{_("next try {when}").format(when=ago(mail.next_attempt_at, now)) if mail.next_attempt_at > now else _("to be sent now")}}</small>
% end
% if mail.last_error:
<small><code>{{mail.last_error}}</code></small>
% end
</div>
% if not mail.sent_at:
<div class="actions"><form method="post" action="/settings/admin/outbox/{{mail.id}}/retry">
% include("parts/form_token.tpl")
<button class="quiet">{{_("Try again")}}</button></form>
<form method="post" action="/settings/admin/outbox/{{mail.id}}/discard">
% include("parts/form_token.tpl")
<button class="quiet danger">{{_("Discard")}}</button></form></div>
% end
</li>
% end
</ul>
