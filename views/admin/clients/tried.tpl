% # Needs: client (Client), report (trial.Report)
% rebase("layout/base.tpl", title=_("Trial of {app}").format(app=client.name), section="clients")
% here = "/settings/admin/oidc-clients/" + in_path(client.id)
<header><a href="{{here}}">{{client.name}}</a><h1>{{_("Trial of {app}").format(app=client.name)}}</h1></header>
% if report.is_good:
<div class="notice good" role="status"><strong>{{_("It works here.")}}</strong> {{_("If the app still refuses, compare what it says with the lines below and with the values to enter in it.")}}</div>
% else:
<div class="notice bad" role="alert"><strong>{{_("It does not work yet.")}}</strong> {{_("The red lines below say why and what to do.")}}</div>
% end
<section class="card" aria-labelledby="checks-title"><header><h2 id="checks-title">{{_("Checks")}}</h2></header>
<ul class="list">
% for check in report.checks:
<li><span class="tag {{"good" if check.ok else "warn" if check.ok is None else "bad"}}">{{_("Good") if check.ok else _("Note") if check.ok is None else _("Wrong")}}</span><div class="grow">{{check.label}}
% if check.found:
 <code>{{check.found}}</code>
% end
% if check.advice:
<small>{{check.advice}}</small>
% end
</div></li>
% end
</ul>
<div class="row"><a class="button" href="{{here}}/try">{{_("Try again")}}</a><a class="button quiet" href="{{here}}#access">{{_("Who may sign in")}}</a></div></section>
% for exchange in report.exchanges:
<section class="card" aria-label="{{exchange.heading}}"><header><h2>{{exchange.heading}}</h2></header><pre tabindex="0" aria-label="{{_("Sent or header")}}">{{exchange.request}}</pre><pre tabindex="0" aria-label="{{_("Answer")}}">{{exchange.answer}}</pre></section>
% end
<p class="soft">{{_("Codes and tokens are cut; they are revoked, too.")}}</p>
