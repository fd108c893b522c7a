% # Needs: typed (list[str]), errors (dict), is_fixed (bool)
% rebase("layout/base.tpl", title=_("Apps that describe themselves"), section="clients", problem=errors)
<header><a href="/settings/admin/oidc-clients">{{_("Clients")}}</a><h1>{{_("Apps that describe themselves")}}</h1><p class="soft">{{_("Their client ID is the address of a document that says what they are called and where they return to. Nobody adds them here: they come with the first person who uses them.")}}</p></header>
% if is_fixed:
<section class="card" aria-labelledby="addresses-title"><header><h2 id="addresses-title">{{_("Let in")}}</h2></header>
<div class="notice">{{_("Set by the environment, and to be changed there:")}} <code>CIMD_URL_ALLOWLIST</code></div>
<ul class="list">
% for address in typed:
<li><code>{{address}}</code></li>
% end
</ul></section>
% else:
<form class="card" method="post" action="/settings/admin/self-described-clients"><header><h2>{{_("Let in")}}</h2><p class="soft">{{_("Whoever can write at such an address can name an app and where it returns to. People are asked before they first sign in to one.")}}</p></header>
% include("parts/form_token.tpl")
<div class="fields">
% include("parts/textarea.tpl", name="addresses", label=_("Addresses"), value="\n".join(typed), errors=errors, hint=_("One a line, such as https://apps.example.org/*.json. Empty: none at all."))
<div class="row"><button class="primary">{{_("Save")}}</button></div></div></form>
% end
