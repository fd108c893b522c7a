% # Needs: filters (list[(name, value)]), typed (dict), query (str)
% rebase("layout/base.tpl", title=_("Download the audit log"), section="audit")
<header><p class="soft"><a href="/settings/admin/audit-log{{query}}">{{_("Audit log")}}</a></p><h1>{{_("Download the audit log")}}</h1></header>
<form class="card" method="post" action="/settings/admin/audit-log/export">
% include("parts/form_token.tpl")
% for name, value in typed.items():
% if value:
<input type="hidden" name="{{name}}" value="{{value}}">
% end
% end
% if filters:
<p>{{_("The file will hold the events that fit these filters, the newest first:")}}</p>
<dl class="facts">
% for name, value in filters:
<div><dt>{{name}}</dt><dd>{{value}}</dd></div>
% end
</dl>
% else:
<p>{{_("The file will hold every event, the newest first.")}}</p>
% end
<p class="notice warn">{{_("It tells who was where and when. Keep it as you would keep their letters, and delete it when it has served. That you downloaded it is noted in the log.")}}</p>
<div class="row"><button class="primary" name="format" value="csv">{{_("For a spreadsheet (CSV)")}}</button><button name="format" value="ndjson">{{_("For a program (NDJSON)")}}</button></div>
</form>
