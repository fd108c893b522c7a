% # Needs: keys (list[ApiKey]), made (ApiKey or None), key (str or None: its text, shown once), name, description (str), errors (dict)
% rebase("layout/base.tpl", title=_("API keys"), section="account")
<header><h1>{{_("API keys")}}</h1><p class="soft">{{_("Programs act for you with a key, in the header X-API-KEY. They may do at the API what you may, but change no passkeys and make no keys.")}}</p></header>
% if made:
<section class="card" aria-labelledby="made-title"><header><h2 id="made-title">{{_("The key “{name}”").format(name=made.name)}}</h2></header>
<div class="notice good" role="status">{{_("Copy the key now: it is shown this once.")}}</div>
<div class="copy"><code id="api-key">{{key}}</code><button type="button" data-copied="{{_("Copied")}}" data-copy="#api-key">{{_("Copy")}}</button></div></section>
% end
% if keys:
<section class="card" aria-labelledby="keys-title"><header><h2 id="keys-title">{{_("Your keys")}}</h2></header><ul class="list">
% for row in keys:
<li><div class="grow"><div><strong>{{row.name}}</strong> <code>{{row.prefix}}…</code>
% if row.expires_at <= now:
 <span class="tag bad">{{_("Expired")}}</span>
% end
</div>
% if row.description:
<small>{{row.description}}</small>
% end
<small><span title="{{exact(row.expires_at)}}">{{_("ended {when}").format(when=ago(row.expires_at, now)) if row.expires_at <= now else _("ends {when}").format(when=ago(row.expires_at, now))}}</span> · <span title="{{exact(row.last_used_at)}}">{{_("used {when}").format(when=ago(row.last_used_at, now)) if row.last_used_at else _("not used yet")}}</span></small></div>
<div class="actions"><a class="button quiet" href="/settings/admin/api-keys/{{row.id}}/renew" aria-label="{{_("Renew {name}").format(name=row.name)}}">{{_("Renew")}}</a><a class="button quiet danger" href="/settings/admin/api-keys/{{row.id}}/revoke" aria-label="{{_("Revoke {name}").format(name=row.name)}}">{{_("Revoke")}}</a></div></li>
% end
</ul></section>
% else:
<div class="card empty"><h2>{{_("No keys yet")}}</h2><p class="soft">{{_("Make one for each program, so that you can end them one by one.")}}</p></div>
% end
<form class="card" method="post" action="/settings/admin/api-keys"><header><h2>{{_("Make a key")}}</h2></header>
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="name", label=_("Name"), value=name, errors=errors, hint=_("What it is for, such as “Backup script”."), required=True, maxlength=50)
% include("parts/select.tpl", name="days", label=_("It ends"), value="90", choices={"30": _("in 30 days"), "90": _("in 90 days"), "365": _("in a year")}, errors={})
</div>
% include("parts/field.tpl", name="description", label=_("Description"), value=description, errors=errors, hint=_("May stay empty."), maxlength=150)
<div class="row"><button class="primary">{{_("Make the key")}}</button></div></form>
