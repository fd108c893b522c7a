% # Needs: keys (list[Listed]), days (int: the schedule, 0 for none)
% rebase("layout/base.tpl", title=_("Signing keys"), section="settings")
<header><h1>{{_("Signing keys")}}</h1><p class="soft">{{_("Apps verify with them that a sign-in comes from here. Each signing algorithm has its own.")}}</p></header>
<section class="card" aria-labelledby="keys-title"><h2 id="keys-title">{{_("Keys that apps accept")}}</h2><ul class="list">
% for key in keys:
<li><div class="grow"><div><strong>{{key.algorithm}}</strong>
% if key.state(now) == "current":
 <span class="tag good">{{_("Signs")}}</span>
% elif key.state(now) == "next":
 <span class="tag">{{_("Comes next")}}</span>
% else:
 <span class="tag">{{_("Previous")}}</span>
% end
</div><small>
% if key.state(now) == "current":
<span title="{{exact(key.active_from)}}">{{_("began {when}").format(when=ago(key.active_from, now))}}</span>
% elif key.state(now) == "next":
<span title="{{exact(key.active_from)}}">{{_("signs {when}").format(when=ago(key.active_from, now))}}</span>
% elif key.published_until:
<span title="{{exact(key.published_until)}}">{{_("goes {when}, with its last token").format(when=ago(key.published_until, now))}}</span>
% else:
{{_("goes with its last token")}}
% end
 · <code>{{key.kid}}</code></small></div></li>
% end
</ul></section>
<form class="card" method="post" action="/settings/admin/signing-keys/rotate"><header><h2>{{_("Make the next keys")}}</h2><p class="soft">{{_("They are published now and sign in an hour, so that apps have read them by then. Nobody notices.")}}</p></header>
% include("parts/form_token.tpl")
% if days:
<p>{{ngettext("By itself this happens every day.", "By itself this happens every {n} days.", days).format(n=days)}}</p>
% else:
<p>{{_("To have it happen by itself, set SIGNING_KEY_ROTATION_DAYS.")}}</p>
% end
<div class="row apart"><button class="primary">{{_("Make the next keys")}}</button><a class="button quiet danger" href="/settings/admin/signing-keys/replace">{{_("Emergency: replace all at once…")}}</a></div></form>
