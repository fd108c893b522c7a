% # Needs: client (Client), change (clients.Change), errors (dict), secret (str or None), is_new (bool), protected (ProtectedHost or None), recipe (Recipe or None), entries (list[Entry]), values (dict), warnings (list[str]), secrets (list[ClientSecret]), access (admin_client_access.Section), people (int), refused (list of {row, difference}), logo_version, dark_logo_version (str or None), sign_ins (list[SignIn]), logouts (list[logouts.Listed]), logo_url (str), for_dark (bool)
% rebase("layout/base.tpl", title=client.name, section="clients", scripts=["live.js"])
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
% if is_new:
<div class="notice good" role="status">{{_("{app} is added. Enter these values there, and it is ready.").format(app=client.name)}}</div>
% end
<div class="row together">
% include("parts/app_logo.tpl", client_id=client.id, version=logo_version, dark_version=dark_logo_version)
<div><h1>{{client.name}}</h1><p class="soft">{{_("Added from the {app} recipe").format(app=recipe.name) + " · " if recipe else ""}}{{ngettext("{n} person may sign in", "{n} people may sign in", people).format(n=people)}}</p></div></div>
% if protected:
<div class="notice row apart"><span class="grow">{{_("It stands for the protected host {host}.").format(host=protected.host)}}</span><a class="button" href="/settings/admin/protected-hosts/{{client.id}}">{{_("Show")}}</a></div>
% end
% for warning in warnings:
<div class="notice warn">{{warning}}</div>
% end
% if errors.get("refused"):
<div class="notice bad" role="alert">{{errors["refused"]}}</div>
% end
% if refused:
<section class="card" id="refused" aria-labelledby="refused-title"><header><h2 id="refused-title">{{_("Refused")}}</h2><p class="soft">{{_("Addresses that {app} asked to return to and that are not registered. Add one only if you know that it is the app's.").format(app=client.name)}}</p></header>
<ul class="list">
% for item in refused:
% row, part = item["row"], item["difference"]
<li><div class="grow"><code>{{part.start}}<mark>{{part.part}}</mark>{{part.end}}</code>
% if part.registered:
<small>{{_("Registered, the nearest one")}}: <code>{{part.start}}<mark>{{part.registered_part}}</mark>{{part.end}}</code></small>
% end
<small>{{ngettext("{n} time", "{n} times", row.times).format(n=row.times)}} · <span title="{{exact(row.last_at)}}">{{ago(row.last_at, now)}}</span>{{" · " + row.address if row.address else ""}}</small></div>
<form method="post" action="{{here}}/refused/{{row.id}}/add" class="row">
% include("parts/form_token.tpl")
<button>{{_("Add this URI")}}</button><button class="quiet" formaction="{{here}}/refused/{{row.id}}/ignore">{{_("Ignore")}}</button></form></li>
% end
</ul></section>
% end
<section class="card" aria-labelledby="enter-title"><header><h2 id="enter-title">{{_("What to enter in {app}").format(app=client.name)}}</h2>
% if recipe:
<p class="soft">{{recipe.where}}</p>
% end
</header>
% if secret:
<div class="notice warn"><strong>{{_("Copy the secret now.")}}</strong> {{_("It is shown this once; if it gets lost, make a new one.")}}</div>
% end
% shown = [(entry.label, entry.value) for entry in entries] or [(_("Issuer URL"), values["issuer"]), (_("Discovery URL"), values["discovery_url"]), (_("Client ID"), values["client_id"])] + ([] if client.is_public else [(_("Client secret"), values["client_secret"])])
<ul class="entries">
% for number, (label, value) in enumerate(shown):
<li class="field"><span class="label">{{label}}</span><div class="copy"><code id="entry-{{number}}">{{value}}</code>
% if "••••" not in value:
<button type="button" data-copied="{{_("Copied")}}" data-copy="#entry-{{number}}" aria-label="{{_("Copy {what}").format(what=label)}}">{{_("Copy")}}</button>
% else:
<a class="button" href="#secrets">{{_("New secret")}}</a>
% end
</div></li>
% end
</ul>
% if recipe:
% for note in recipe.notes:
<p class="soft">{{_(note)}}</p>
% end
% end
<details><summary>{{_("All endpoints")}}</summary><dl class="facts">
% for label, name in ((_("Authorization"), "authorization_endpoint"), (_("Token"), "token_endpoint"), (_("Userinfo"), "userinfo_endpoint"), (_("End session"), "end_session_endpoint"), (_("Keys (JWKS)"), "jwks_uri"), (_("Discovery"), "discovery_url")):
<div><dt>{{label}}</dt><dd><code>{{values[name]}}</code></dd></div>
% end
</dl></details></section>
<form class="card" method="post" action="{{here}}"><header><h2>{{_("General")}}</h2></header>
% include("parts/form_token.tpl")
% include("admin/clients/form.tpl", change=change, errors=errors, is_new_client=False)
<div class="row apart"><button class="primary">{{_("Save changes")}}</button><a class="button quiet danger" href="{{here}}/delete">{{_("Delete this client…")}}</a></div></form>
<section class="card" aria-labelledby="sign-ins-title"><header><h2 id="sign-ins-title">{{_("Last sign-ins")}}</h2></header>
% if sign_ins:
<ul class="list">
% for sign_in in sign_ins:
<li><div class="grow"><a href="/settings/admin/users/{{sign_in.user_id}}">{{sign_in.name}}</a> <small><span title="{{exact(sign_in.last_used_at)}}">{{ago(sign_in.last_used_at, now)}}</span> · {{_("knows {scopes}").format(scopes=", ".join(sign_in.scopes))}}</small></div></li>
% end
</ul>
<a href="/settings/admin/audit-log?client={{client.id}}">{{_("All activity of {name}").format(name=client.name)}}</a>
% else:
<p class="soft">{{_("Nobody has signed in yet.")}}</p>
% end
</section>
% if logouts:
<section class="card" id="logouts" aria-labelledby="logouts-title"><header><h2 id="logouts-title">{{_("Told of sign-outs")}}</h2></header>
% include("parts/logouts.tpl", logouts=logouts, of="client", may_retry=True)
</section>
% end
<section class="card" id="told" aria-labelledby="told-title"><header><h2 id="told-title">{{_("What {app} is told").format(app=client.name)}}</h2><p class="soft">{{_("It has claims of its own.") if client.claim_mapping else _("Name, e-mail, groups and custom claims, by the scopes that it asks for.")}}</p></header>
<div class="row"><a class="button" href="{{here}}/preview">{{_("Preview")}}</a><a class="button" href="{{here}}/try">{{_("Try it")}}</a><a class="button" href="{{here}}/claims">{{_("Change claims for this app")}}</a></div></section>
<section class="card" id="rules" aria-labelledby="rules-title"><header><h2 id="rules-title">{{_("Sign-in rules")}}</h2><p class="soft">{{_("How fresh and how strong a sign-in has to be, and how the app has to ask.")}}</p></header>
% rules = [text for text, holds in ((_("passkey each time"), client.requires_reauthentication), (_("sign-in not older than {n} minutes").format(n=(client.longest_sign_in_seconds or 0) // 60), client.longest_sign_in_seconds), (_("only passkeys that stay on one device"), client.requires_device_bound_passkey), (_("only pushed requests"), client.requires_pushed_request), (_("only signed requests"), client.requires_signed_request)) if holds]
% if rules:
<p>{{", ".join(rules)}}</p>
% end
<div class="row"><a class="button" href="{{here}}/rules">{{_("Change the rules")}}</a></div></section>
<a class="card tile-link" href="{{here}}/tokens"><div class="grow"><strong>{{_("Tokens")}}</strong><small>{{_("What its tokens are like, and whether it may get some for itself.")}}</small></div></a>
% include("admin/clients/access.tpl", here=here, access=access)
% if not client.is_public:
<section class="card" id="secrets" aria-labelledby="secrets-title"><header><h2 id="secrets-title">{{_("Secrets")}}</h2><p class="soft">{{_("Several may be in force at once, so that an app can change over without a pause.")}}</p></header>
% if client.auth_method != "any":
<div class="notice">{{_("{app} signs, so these secrets do not count.").format(app=client.name)}}</div>
% end
% if secrets:
<ul class="list">
% for row in secrets:
<li><div class="grow"><code>{{row.prefix}}…</code>
% if row.expires_at and row.expires_at <= now:
 <span class="tag bad">{{_("Expired")}}</span>
% end
<small><span title="{{exact(row.created_at)}}">{{_("made {when}").format(when=ago(row.created_at, now))}}</span> · {{_("ends {when}").format(when=ago(row.expires_at, now)) if row.expires_at else _("does not end")}}</small></div><div class="actions"><a class="button quiet danger" href="{{here}}/secrets/{{row.id}}/revoke" aria-label="{{_("Revoke {secret}").format(secret=row.prefix)}}">{{_("Revoke")}}</a></div></li>
% end
</ul>
% else:
<p class="soft">{{_("There is none, so the app cannot sign anybody in.")}}</p>
% end
<form method="post" action="{{here}}/secrets" class="fields">
% include("parts/form_token.tpl")
<div class="fields pair"><div class="field"><label for="days">{{_("A new secret ends")}}</label><select id="days" name="days"><option value="">{{_("never")}}</option><option value="30">{{_("in 30 days")}}</option><option value="90">{{_("in 90 days")}}</option><option value="365">{{_("in a year")}}</option></select></div>
% include("parts/field.tpl", name="secret", label=_("Or your own text"), value="", errors=errors, hint=_("At least 16 characters; empty for a random one."), maxlength=256)
</div><div class="row"><button>{{_("Make a secret")}}</button><a class="button quiet" href="{{here}}/credentials">{{_("Without a secret…")}}</a></div></form></section>
% end
<form class="card" id="logo" method="post" action="{{here}}/logo" enctype="multipart/form-data"><header><h2>{{_("Logo")}}</h2></header>
% include("parts/form_token.tpl")
% if logo_version or dark_logo_version:
<div class="swatches">
% if logo_version:
<figure class="swatch"><img class="app-logo" src="/api/oidc/clients/{{in_path(client.id)}}/logo?v={{logo_version}}" alt="" width="52" height="52"><figcaption>{{_("On light pages")}}</figcaption></figure>
% end
% if dark_logo_version:
<figure class="swatch dark"><img class="app-logo" src="/api/oidc/clients/{{in_path(client.id)}}/logo?light=false&v={{dark_logo_version}}" alt="" width="52" height="52"><figcaption>{{_("On dark pages")}}</figcaption></figure>
% end
</div>
% end
<fieldset class="row"><legend>{{_("For")}}</legend>
<div class="check"><input type="radio" id="variant-light" name="variant" value="light"{{! "" if for_dark else " checked" }}><label for="variant-light">{{_("Light pages")}}</label></div>
<div class="check"><input type="radio" id="variant-dark" name="variant" value="dark"{{! " checked" if for_dark else "" }}><label for="variant-dark">{{_("Dark pages")}}</label></div>
</fieldset>
<div class="fields pair"><div class="field"><label for="logo-file">{{_("Picture")}}</label><small id="logo-hint">{{_("PNG, JPEG, WebP or SVG, up to 2 MB.")}}</small><input type="file" id="logo-file" name="logo" accept="image/png,image/jpeg,image/webp,image/svg+xml" aria-describedby="logo-hint{{" logo-error" if errors.get("logo") else ""}}"{{! ' aria-invalid="true" autofocus' if errors.get("logo") else "" }}>
% if errors.get("logo"):
<span class="error" id="logo-error">{{errors["logo"]}}</span>
% end
</div>
% include("parts/field.tpl", name="logo_url", label=_("Or its address"), value=logo_url, errors=errors, hint=_("It is fetched once and kept here. https:// only."), type="url", maxlength=2048)
</div>
<div class="row"><button>{{_("Save logo")}}</button>
% if logo_version or dark_logo_version:
<button class="quiet danger" formaction="{{here}}/logo/remove" formenctype="application/x-www-form-urlencoded" formnovalidate>{{_("Remove logo")}}</button>
% end
</div></form>
