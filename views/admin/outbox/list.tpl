% # Needs: is_ready (bool), counts (Counts), given_up, waiting, sent (list[Listed]), label (function)
% rebase("layout/base.tpl", title=_("Mails"), section="settings")
<header><p><a href="/settings/admin/application-configuration#email">{{_("Settings")}}</a></p><h1>{{_("Mails")}}</h1><p class="soft">{{_("What a mail says is kept sealed until it was sent, and shown to nobody here.")}}</p></header>
% if not is_ready:
<div class="notice warn row apart"><span class="grow">{{_("No mail is sent: no server is set.")}}</span><a class="button" href="/settings/admin/application-configuration#email">{{_("Set up e-mail")}}</a></div>
% end
% if given_up:
<section class="card" aria-labelledby="given-up"><div class="row apart"><header><h2 id="given-up">{{_("Not delivered")}}</h2><p class="soft">{{_("Refused for good, or not taken for a day. Forgotten after a month.")}}</p></header>
<form method="post" action="/settings/admin/outbox/retry">
% include("parts/form_token.tpl")
<button>{{_("Try all again")}}</button></form></div>
% include("admin/outbox/mails.tpl", mails=given_up)
</section>
% end
% if waiting:
<section class="card" aria-labelledby="waiting"><header><h2 id="waiting">{{_("Waiting")}}</h2><p class="soft">{{_("Tried again at longer and longer intervals, for a day.")}}</p></header>
% include("admin/outbox/mails.tpl", mails=waiting)
</section>
% end
% if sent:
<section class="card" aria-labelledby="sent"><header><h2 id="sent">{{_("Sent")}}</h2><p class="soft">{{_("Taken by the server within the last seven days.")}}</p></header>
% include("admin/outbox/mails.tpl", mails=sent)
</section>
% end
% if not (given_up or waiting or sent):
<div class="card empty"><h2>{{_("No mails")}}</h2><p class="soft">{{_("None waits, and none was sent within the last seven days.")}}</p></div>
% end
