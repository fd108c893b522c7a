% # Needs: apps (list[App] that the person may use and searched for), in_all (int: how many they may use), search (str), granted (dict client id -> Consent), closed (list[Consent] for apps that the person may not use any more), logouts (list[logouts.Listed])
% rebase("layout/base.tpl", title=_("Apps"), section="apps", scripts=["live.js"])
<header><h1>{{_("Apps")}}</h1><p class="soft">{{_("What you can sign in to with your passkey.")}}</p></header>
% if in_all > 6 or search:
<form class="row search" role="search" method="get" data-live="#found"><input type="search" name="search" value="{{search}}" placeholder="{{_("Search apps")}}" aria-label="{{_("Search apps")}}" autocomplete="off"><button>{{_("Search")}}</button></form>
% end
<div id="found" data-said="{{ngettext("{n} app", "{n} apps", len(apps)).format(n=len(apps))}}">
% if apps:
<ul class="tiles">
% for app in apps:
% consent = granted.get(app.id)
<li class="card tile">
<div class="row together">
% include("parts/app_logo.tpl", client_id=app.id, small=True)
<div class="grow"><strong>{{app.name}}</strong>
% if consent:
<span class="tag good">{{_("Authorised")}}</span>
% end
<small title="{{exact(consent.last_used_at) if consent else ""}}">{{_("Signed in {when}").format(when=ago(consent.last_used_at, now)) if consent else _("Not signed in yet")}}</small></div></div>
% if app.description:
<p class="soft">{{app.description}}</p>
% end
<div class="row">
% if app.launch_url:
<a class="button" href="{{app.launch_url}}" rel="noreferrer">{{_("Open {app}").format(app=app.name)}}</a>
% end
% if consent:
<a class="button quiet danger" href="/settings/apps/{{in_path(app.id)}}/revoke" aria-label="{{_("Take back {app}'s access").format(app=app.name)}}">{{_("Take back access")}}</a>
% end
</div>
</li>
% end
</ul>
% elif search:
<div class="card empty"><h2>{{_("No app fits")}}</h2><a class="button" href="/settings/apps">{{_("Show all")}}</a></div>
% else:
<div class="card empty"><h2>{{_("No apps yet")}}</h2><p class="soft">{{_("The apps that you may sign in to will be here.")}}</p>
% if actor.is_admin:
<a class="button primary" href="/settings/admin/oidc-clients/new">{{_("Add the first app")}}</a>
% else:
<p class="soft">{{_("Ask the person who runs {site} to give you access.").format(site=site.app_name)}}</p>
% end
</div>
% end
</div>
% if closed:
<section class="card" aria-labelledby="closed-title"><header><h2 id="closed-title">{{_("No longer open to you")}}</h2><p class="soft">{{_("You signed in to these before. You can take back what they were given.")}}</p></header>
<ul class="list">
% for consent in closed:
<li><div class="grow"><strong>{{consent.client_name}}</strong><small title="{{exact(consent.last_used_at)}}">{{_("Signed in {when}").format(when=ago(consent.last_used_at, now))}}</small></div><a class="button quiet danger" href="/settings/apps/{{in_path(consent.client_id)}}/revoke" aria-label="{{_("Take back {app}'s access").format(app=consent.client_name)}}">{{_("Take back access")}}</a></li>
% end
</ul></section>
% end
% if logouts:
<section class="card" aria-labelledby="logouts-title"><header><h2 id="logouts-title">{{_("Told of your signing out")}}</h2><p class="soft">{{_("An app without a logout address stays signed in until you sign out there.")}}</p></header>
% include("parts/logouts.tpl", logouts=logouts, of="user", may_retry=False)
</section>
% end
