% # Needs: client (Client), document (client_documents.Kept or None), is_listed (bool), access (admin_client_access.Section), people (int)
% rebase("layout/base.tpl", title=client.name, section="clients", scripts=["live.js"])
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
<div class="row together">
% include("parts/app_logo.tpl", client_id=client.id)
<div><h1>{{client.name}}</h1><p class="soft">{{_("Describes itself")}} · {{ngettext("{n} person may sign in", "{n} people may sign in", people).format(n=people)}}</p></div></div>
% if not is_listed:
<div class="notice warn row apart"><span class="grow">{{_("Its address is not let in any more, so nobody can sign in to it.")}}</span><a class="button" href="/settings/admin/self-described-clients">{{_("Look and fix")}}</a></div>
% end
% if document and document.problem:
<div class="notice bad"><strong>{{_("Fetching it failed {when}:").format(when=ago(document.tried_at, now))}}</strong> <code>{{document.problem}}</code></div>
% end
<section class="card" aria-labelledby="says-title"><header><h2 id="says-title">{{_("What it says of itself")}}</h2><p class="soft">{{_("Fetched again when somebody signs in and it is an hour old.")}}</p></header>
<dl class="facts stacked">
<div><dt>{{_("Address and client ID")}}</dt><dd><code>{{client.id}}</code></dd></div>
<div><dt>{{_("Redirect URIs")}}</dt><dd>
% for uri in client.redirect_uris:
<code>{{uri}}</code><br>
% end
% if not client.redirect_uris:
{{_("none")}}
% end
</dd></div>
% if document and document.fetched_at:
<div><dt>{{_("Fetched")}}</dt><dd title="{{exact(document.fetched_at)}}">{{ago(document.fetched_at, now)}}</dd></div>
% end
</dl>
<form method="post" action="{{here}}/document" class="row apart">
% include("parts/form_token.tpl")
<button>{{_("Fetch again")}}</button><a class="button quiet danger" href="{{here}}/delete">{{_("Delete this client…")}}</a></form></section>
<section class="card" id="rules" aria-labelledby="rules-title"><header><h2 id="rules-title">{{_("Sign-in rules")}}</h2><p class="soft">{{_("How fresh and how strong a sign-in has to be, and how the app has to ask.")}}</p></header>
<div class="row"><a class="button" href="{{here}}/rules">{{_("Change the rules")}}</a><a class="button" href="{{here}}/claims">{{_("Change claims for this app")}}</a></div></section>
% include("admin/clients/access.tpl", here=here, access=access)
