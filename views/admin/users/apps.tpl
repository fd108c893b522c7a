% # Needs: name (str), apps (list of access.Rule with Verdict), consents (dict client id -> Consent)
<section class="card" id="apps" aria-labelledby="apps-title"><header><h2 id="apps-title">{{_("Apps")}}</h2><p class="soft">{{_("What {name} may open, and what they signed in to.").format(name=name)}}</p></header>
% if apps:
<ul class="list">
% for app, verdict in apps:
% consent = consents.get(app.client_id)
<li><img class="app-logo small" src="/api/oidc/clients/{{in_path(app.client_id)}}/logo" alt="" width="36" height="36"><div class="grow"><a href="/settings/admin/oidc-clients/{{in_path(app.client_id)}}#access">{{app.name}}</a> <span class="tag{{! " good" if verdict.may else "" }}">{{_("May open") if verdict.may else _("May not")}}</span><small>{{verdict.sentence}}</small>
% if consent:
<small title="{{exact(consent.last_used_at)}}">{{_("Signed in {when}; may learn: {scopes}").format(when=ago(consent.last_used_at, now), scopes=", ".join(consent.scopes))}}</small>
% end
</div></li>
% end
</ul>
% else:
<p class="soft">{{_("There are no apps yet.")}}</p>
% end
</section>
