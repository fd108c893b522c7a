% # Needs: change (clients.Change), errors (dict), is_new_client (bool)
<div class="fields pair">
% include("parts/field.tpl", name="name", label=_("Name"), value=change.name, errors=errors, required=True, maxlength=50)
% include("parts/field.tpl", name="launch_url", label=_("Launch address"), value=change.launch_url, errors=errors, hint=_("Where the tile on people's apps page leads."), autocomplete="url")
% include("parts/field.tpl", name="description", label=_("Description"), value=change.description, errors=errors, maxlength=150)
% if is_new_client:
% include("parts/field.tpl", name="id", label=_("Client ID"), value=change.id, errors=errors, hint=_("Leave empty for a random one."), maxlength=128)
% end
</div>
<div class="fields">
% include("parts/textarea.tpl", name="redirect_uris", label=_("Redirect URIs"), value="\n".join(change.redirect_uris), errors=errors, hint=_("One a line, exactly as the app sends them. * stands for one part, ** for any number of folders."))
% include("parts/textarea.tpl", name="logout_uris", label=_("Logout redirect URIs"), value="\n".join(change.logout_uris), errors=errors, hint=_("Where the app may send people after signing out."), rows=2)
% include("parts/field.tpl", name="backchannel_logout_uri", label=_("Back-channel logout URI"), value=change.backchannel_logout_uri, errors=errors, hint=_("Is called from here when somebody signs out, so that the app signs them out, too."), type="url", maxlength=2048)
% include("parts/check.tpl", name="is_public", label=_("Public client"), checked=change.is_public, hint=_("For apps that cannot keep a secret, such as those that run in the browser."))
% include("parts/check.tpl", name="requires_pkce", label=_("Require PKCE"), checked=change.requires_pkce, hint=_("Protects the way back to the app. Leave it on if the app supports it; public clients always need it."))
% include("parts/check.tpl", name="skips_consent", label=_("Skip the consent page"), checked=change.skips_consent, hint=_("For apps of your own, where nobody needs to be asked."))
</div>
<details{{! " open" if "frontchannel_logout_uri" in errors else "" }}><summary>{{_("More about signing out")}}</summary>
<div class="fields">
% include("parts/check.tpl", name="backchannel_logout_session_required", label=_("Name the session in each back-channel call"), checked=change.backchannel_logout_session_required, hint=_("For apps that cannot end all sessions of a person at once."))
% include("parts/field.tpl", name="frontchannel_logout_uri", label=_("Front-channel logout URI"), value=change.frontchannel_logout_uri, errors=errors, hint=_("Is opened unseen in the browser that signs out. Only for apps without the other: many browsers keep the app's cookies from it."), type="url", maxlength=2048)
% include("parts/check.tpl", name="frontchannel_logout_session_required", label=_("The front channel needs the session"), checked=change.frontchannel_logout_session_required, hint=_("The app asked for it when it was registered. It is sent in any case."))
</div></details>
<details{{! " open" if any(name in errors for name in ("signing_algorithm", "access_token_minutes", "refresh_token_minutes")) else "" }}><summary>{{_("Tokens and compatibility")}}</summary>
<div class="fields">
% include("parts/check.tpl", name="claims_in_id_token", label=_("Name, e-mail and groups in the ID token"), checked=change.claims_in_id_token, hint=_("Many apps read them there. Without it they are in userinfo alone."))
% include("parts/check.tpl", name="always_includes_groups", label=_("Always include groups"), checked=change.always_includes_groups, hint=_("Even when the app does not ask for the scope groups."))
% include("parts/check.tpl", name="allows_plain_pkce", label=_("Allow PKCE method plain"), checked=change.allows_plain_pkce, hint=_("Only for old apps that know nothing better."))
<div class="fields pair">
<div class="field"><label for="signing_algorithm">{{_("Signing algorithm")}}</label><select id="signing_algorithm" name="signing_algorithm"{{! ' aria-invalid="true" aria-describedby="signing_algorithm-error"' if "signing_algorithm" in errors else "" }}>
% for algorithm in ("RS256", "PS256", "ES256", "EdDSA"):
<option{{! " selected" if change.signing_algorithm == algorithm else "" }}>{{algorithm}}</option>
% end
</select>
% if "signing_algorithm" in errors:
<span class="error" id="signing_algorithm-error">{{errors["signing_algorithm"]}}</span>
% end
</div>
% include("parts/field.tpl", name="access_token_minutes", label=_("Access tokens last, in minutes"), value=str(change.access_token_seconds // 60), errors=errors, type="number")
% include("parts/field.tpl", name="refresh_token_minutes", label=_("Refresh tokens last, in minutes"), value=str(change.refresh_token_seconds // 60), errors=errors, type="number")
</div></div></details>
