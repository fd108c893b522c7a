% # Needs: logouts (list[logouts.Listed]), of ("user" or "client": whose page it is), may_retry (bool)
<ul class="list">
% for logout in logouts:
% name = logout.client_name if of == "user" else logout.user_name or _("deleted person")
<li><div class="grow"><strong>{{name}}</strong><small><span title="{{exact(logout.created_at)}}">{{_("signed out {when}").format(when=ago(logout.created_at, now))}}</span> · {{logout.sentence}}{{" – " + logout.last_words if may_retry and logout.last_words else ""}}</small></div>
% if may_retry and logout.state in ("waiting", "given_up") and logout.attempts:
<form class="actions" method="post" action="/settings/admin/logouts/{{logout.id}}/retry">
% include("parts/form_token.tpl")
<input type="hidden" name="from" value="{{of}}"><button class="quiet" aria-label="{{_("Tell {name} again").format(name=name)}}">{{_("Try again")}}</button></form>
% end
</li>
% end
</ul>
