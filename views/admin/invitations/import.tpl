% # Needs: terms (Terms), errors (dict), columns (dict name -> other names), most (int), clients (list[App]), days (list[int]), has_mail (bool)
% rebase("layout/base.tpl", title=_("Invite many"), section="users")
<header><h1>{{_("Invite many")}}</h1><p class="soft">{{_("From a CSV file. Before anybody is invited you see what is in it, and what is wrong with it.")}}</p></header>
<form class="card" method="post" action="/settings/admin/invitations/import" enctype="multipart/form-data">
% include("parts/form_token.tpl")
<div class="field"><label for="file">{{_("File")}}</label><small id="file-hint">{{ngettext("CSV in UTF-8, with {n} person at most.", "CSV in UTF-8, with {n} people at most.", most).format(n=number(most))}}</small><input type="file" id="file" name="file" accept=".csv,text/csv,text/plain"{{! ' aria-invalid="true" autofocus aria-describedby="file-hint file-error"' if errors.get("file") else ' aria-describedby="file-hint"' }}>
% if errors.get("file"):
<span class="error" id="file-error">{{errors["file"]}}</span>
% end
</div>
% include("admin/invitations/terms.tpl", terms=terms, days=days, clients=clients, has_mail=has_mail, errors=errors, by_mail_label=_("By mail, for everybody who has an address"))
<div class="row"><button class="primary">{{_("Look at the file")}}</button><a class="button quiet" href="/settings/admin/invitations">{{_("Cancel")}}</a></div>
</form>
<section class="card" aria-labelledby="format-title"><header><h2 id="format-title">{{_("What the file looks like")}}</h2><p class="soft">{{_("Its first line names the columns; only a first or last name is needed. Several groups stand with | between them.")}}</p></header>
<pre>first_name,last_name,email,groups
Ada,Keller,ada@example.org,Family|Book club</pre>
<dl class="facts">
% for name, others in columns.items():
<div><dt><code>{{name}}</code></dt><dd>{{_("also {names}").format(names=", ".join(others))}}</dd></div>
% end
</dl></section>
