% # Needs: user (User), picture_version, change (users.Change), errors (dict), may_edit (bool), languages (dict code -> name), passkeys (list[Passkey]), signals (JSON text), can_verify (bool), sessions (list[Session]), notice (str), device, place (functions)
% rebase("layout/base.tpl", title=_("Your account"), section="account", scripts=["passkey.js"])
% include("parts/passkey_signals.tpl", signals=signals)
<h1>{{_("Your account")}}</h1>
% if len(passkeys) == 0:
<div class="notice warn"><strong>{{_("You have no passkey yet.")}}</strong> {{_("Without one you can't sign in again by yourself.")}} <a href="/settings/account/passkeys/new">{{_("Add one now")}}</a></div>
% elif len(passkeys) == 1:
<div class="notice"><strong>{{_("You have only one passkey.")}}</strong> {{_("If that device is lost, you can't sign in by yourself.")}} <a href="/settings/account/passkeys/new">{{_("Add a second one")}}</a></div>
% end
% if can_verify:
<form class="notice row apart" method="post" action="/settings/account/verify-email">
% include("parts/form_token.tpl")
<span class="grow">{{_("Your address {address} is not verified yet. Some apps want that.").format(address=user.email)}}</span><button>{{_("Send me a link")}}</button></form>
% end
<section class="card" aria-labelledby="details">
<div class="row apart"><header><h2 id="details">{{_("Your details")}}</h2><p class="soft">{{_("What apps learn about you when you sign in to them.")}}</p></header>
<img class="portrait" src="/api/users/{{user.id}}/profile-picture.png?v={{picture_version}}" alt="{{_("Your picture")}}" width="64" height="64"></div>
% if may_edit:
<form method="post" action="/settings/account" class="fields">
% include("parts/form_token.tpl")
<div class="fields pair">
% include("parts/field.tpl", name="first_name", label=_("First name"), value=change.first_name, errors=errors, autocomplete="given-name", maxlength=50)
% include("parts/field.tpl", name="last_name", label=_("Last name"), value=change.last_name, errors=errors, autocomplete="family-name", maxlength=50)
% include("parts/field.tpl", name="display_name", label=_("Display name"), value=change.display_name, errors=errors, autocomplete="name", maxlength=100)
% include("parts/field.tpl", name="username", label=_("User name"), value=change.username, errors=errors, autocomplete="username", maxlength=50, required=True)
</div>
<div class="field"><span class="label">{{_("E-mail")}}</span><div class="row"><span>{{user.email or _("none")}}</span>
% if user.email and user.email_verified:
<span class="tag good">{{_("Verified")}}</span>
% elif user.email:
<span class="tag">{{_("Not verified")}}</span>
% end
<a href="/settings/account/email">{{_("Change address")}}</a></div><small>{{_("Apps recognise you by it.")}}</small></div>
<div class="row"><button class="primary">{{_("Save")}}</button></div>
</form>
% else:
<dl class="facts">
<div><dt>{{_("Name")}}</dt><dd>{{user.display_name}}</dd></div>
<div><dt>{{_("User name")}}</dt><dd>{{user.username}}</dd></div>
<div><dt>{{_("E-mail")}}</dt><dd>{{user.email or _("none")}}</dd></div>
</dl>
<p class="soft">{{_("Only an administrator can change these details.")}}</p>
% end
<form method="post" action="/settings/account/language" class="fields" id="language-form">
% include("parts/form_token.tpl")
<div class="field"><label for="language">{{_("Language")}}</label><select id="language" name="language" autocomplete="language"><option value="">{{_("As the browser says")}}</option>
% for code, words in languages.items():
<option value="{{code}}" lang="{{code}}"{{! " selected" if code == user.locale else "" }}>{{words}}</option>
% end
</select></div>
<div class="row"><button>{{_("Save language")}}</button></div></form>
<form method="post" action="/settings/account/picture" enctype="multipart/form-data" class="fields">
% include("parts/form_token.tpl")
<div class="field"><label for="picture">{{_("Picture")}}</label><small id="picture-hint">{{_("PNG, JPEG or WebP, up to 5 MB; it is cut to a square.")}}</small>
<input id="picture" name="picture" type="file" accept="image/png,image/jpeg,image/webp" aria-describedby="picture-hint{{" picture-error" if errors.get("picture") else ""}}"{{! ' aria-invalid="true" autofocus' if errors.get("picture") else "" }}>
% if errors.get("picture"):
<span class="error" id="picture-error">{{errors["picture"]}}</span>
% end
</div>
<div class="row"><button>{{_("Upload picture")}}</button><button class="quiet" formaction="/settings/account/picture/reset" formenctype="application/x-www-form-urlencoded">{{_("Use initials")}}</button></div>
</form>
</section>
<section class="card" id="passkeys" aria-labelledby="passkeys-title">
<div class="row apart"><header><h2 id="passkeys-title">{{_("Passkeys")}}</h2><p class="soft">{{_("What you sign in with.")}}</p></header><a class="button" href="/settings/account/passkeys/new">{{_("Add a passkey")}}</a></div>
% if passkeys:
<ul class="list">
% for passkey in passkeys:
<li><div class="grow"><div><strong>{{passkey.name}}</strong> <span class="tag">{{_("Synced") if passkey.backup_eligible else _("This device only")}}</span></div><small><span title="{{exact(passkey.created_at)}}">{{_("added {when}").format(when=ago(passkey.created_at, now))}}</span> · <span title="{{exact(passkey.last_used_at)}}">{{_("used {when}").format(when=ago(passkey.last_used_at, now)) if passkey.last_used_at else _("not used yet")}}</span></small></div>
<div class="actions"><a class="button quiet" href="/settings/account/passkeys/{{passkey.id}}" aria-label="{{_("Rename {name}").format(name=passkey.name)}}">{{_("Rename")}}</a>
<a class="button quiet danger" href="/settings/account/passkeys/{{passkey.id}}/delete" aria-label="{{_("Remove {name}").format(name=passkey.name)}}">{{_("Remove")}}</a></div></li>
% end
</ul>
% else:
<p class="soft">{{_("Your passkeys will be listed here: what device or app holds each, and when it was last used.")}}</p>
% end
</section>
<section class="card" id="sessions" aria-labelledby="sessions-title">
<div class="row apart"><header><h2 id="sessions-title">{{_("Signed in on")}}</h2><p class="soft">{{_("Ending a session signs you out there and takes back what its apps were given. Apps that may stay signed in keep that until you take it back under “Apps”.")}}</p></header>
% if len(sessions) > 1:
<form method="post" action="/settings/account/sessions/end-others">
% include("parts/form_token.tpl")
<button class="danger">{{_("Sign out everywhere else")}}</button></form>
% end
</div>
<ul class="list">
% for session in sessions:
% is_this = session.id == actor.session_id
<li><div class="grow"><div><strong>{{device(session.user_agent)}}</strong>
% if is_this:
 <span class="tag good">{{_("This device")}}</span>
% end
% if session.method == "one_time_access":
 <span class="tag warn">{{_("By a one-time link")}}</span>
% elif session.method == "device":
 <span class="tag">{{_("Approved on another device")}}</span>
% end
% if session.only_app:
 <span class="tag">{{_("For {app} only").format(app=session.only_app)}}</span>
% end
</div><small><span title="{{session.address or ""}}">{{place(session.address)}}</span> · <span title="{{exact(session.last_seen_at)}}">{{_("active {when}").format(when=ago(session.last_seen_at, now))}}</span>{{" · " + ", ".join(session.apps) if session.apps else ""}}</small></div>
% if not is_this:
<form class="actions" method="post" action="/settings/account/sessions/{{session.id}}/end">
% include("parts/form_token.tpl")
<button class="quiet danger" aria-label="{{_("Sign out {device}").format(device=device(session.user_agent))}}">{{_("Sign out")}}</button></form>
% end
</li>
% end
</ul>
% if notice:
<small>{{notice}}</small>
% end
</section>
% if actor.is_admin:
<section class="card" aria-labelledby="api-keys-title"><div class="row apart"><header><h2 id="api-keys-title">{{_("API keys")}}</h2><p class="soft">{{_("For programs that act for you, such as a backup script.")}}</p></header><a class="button" href="/settings/admin/api-keys">{{_("Open")}}</a></div></section>
% end
