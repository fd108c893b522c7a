% # Needs: kept (Import)
% rebase("layout/base.tpl", title=_("Invite many"), section="users")
<header><h1>{{ngettext("{n} person is invited", "{n} people are invited", kept.number).format(n=number(kept.number))}}</h1></header>
<section class="card" aria-labelledby="links-title"><header><h2 id="links-title">{{_("Links")}}</h2></header>
% if kept.mailed:
<p>{{ngettext("{n} link is on its way by mail.", "{n} links are on their way by mail.", kept.mailed).format(n=kept.mailed)}}</p>
% end
% if kept.number > kept.mailed:
<p>{{ngettext("{n} link is for you to hand over.", "{n} links are for you to hand over.", kept.number - kept.mailed).format(n=kept.number - kept.mailed)}} {{_("The file can be fetched until {time}; after that only new links help.").format(time=exact(kept.expires_at))}}</p>
<div class="row"><a class="button primary" href="/settings/admin/invitations/import/{{kept.id}}/links" download>{{_("Download the links")}}</a><a class="button quiet" href="/settings/admin/invitations">{{_("All invitations")}}</a></div>
% else:
<div class="row"><a class="button primary" href="/settings/admin/invitations">{{_("All invitations")}}</a></div>
% end
</section>
