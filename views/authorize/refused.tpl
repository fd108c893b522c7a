% # Needs: message (str), client (Client or None), difference (Difference or None), detail (str)
% heading = _("{app} could not be opened").format(app=client.name) if client else _("The app could not be opened")
% rebase("layout/bare.tpl", title=heading)
<div class="sheet">
<h1>{{heading}}</h1>
<p>{{message}}</p>
% if difference:
<dl class="facts stacked">
<div><dt>{{_("It asked to return to")}}</dt><dd><code>{{difference.start}}<mark>{{difference.part}}</mark>{{difference.end}}</code></dd></div>
<div><dt>{{_("Registered, the nearest one")}}</dt><dd>
% if difference.registered:
<code>{{difference.start}}<mark>{{difference.registered_part}}</mark>{{difference.end}}</code>
% else:
{{_("none")}}
% end
</dd></div>
</dl>
<div class="row"><a class="button primary" href="/settings/admin/oidc-clients/{{in_path(client.id)}}#refused">{{_("Look and fix")}}</a></div>
% else:
% if detail:
<p class="soft"><code>{{detail}}</code></p>
% end
<p class="soft">{{_("Go back and try again. If it happens again, tell the person who runs {site}; nothing is wrong with your account.").format(site=site.app_name)}}</p>
% end
</div>
