% # Needs: invitation (Invitation), name (str), state (str), link (str or None), qr (str), problem (str or None), has_mail (bool)
% rebase("layout/base.tpl", title=name, section="users")
% here = "/settings/admin/invitations/" + str(invitation.id)
% kinds = {"done": "good", "held": "warn", "expired": "warn", "withdrawn": "bad"}
% is_over = invitation.state in ("done", "withdrawn")
<header><h1>{{name}}</h1><p class="soft"><a href="/settings/admin/invitations">{{_("Invitations")}}</a> · <span class="tag {{kinds.get(invitation.state, "")}}">{{state}}</span></p></header>
% if problem:
<div class="notice bad" role="alert">{{problem}}</div>
% end
% if link:
<section class="card" aria-labelledby="link-title"><header><h2 id="link-title">{{_("The link for {name}").format(name=name)}}</h2><p class="soft">{{_("Send it in a way that nobody else reads, or let them point their phone's camera at it.")}}</p></header>
<div class="link-made"><div class="fields"><div class="notice good" role="status">{{_("Copy the link now: it is shown this once.")}}</div>
<div class="copy"><code id="invitation-link">{{link}}</code><button type="button" data-copied="{{_("Copied")}}" data-copy="#invitation-link">{{_("Copy")}}</button></div></div>
% if qr:
<img class="qr" src="{{qr}}" alt="{{_("The link as a QR code")}}" width="180" height="180">
% end
</div></section>
% end
% if invitation.mail_problem and not is_over:
<div class="notice {{"bad" if invitation.is_undeliverable else "warn"}}">{{_("The mail could not be delivered, and is not tried again:") if invitation.is_undeliverable else _("The mail was not taken yet, and is tried again:")}} {{invitation.mail_problem}}</div>
% end
% if invitation.state == "held":
<div class="notice warn">{{_("Whoever made it is no administrator any more, so the link lets nobody in. Make it anew, and it is yours.")}}</div>
% end
<section class="card" aria-labelledby="about-title"><header><h2 id="about-title">{{_("Invitation")}}</h2></header>
<dl class="facts">
<div><dt>{{_("User name")}}</dt><dd>{{invitation.username or _("they choose it")}}</dd></div>
<div><dt>{{_("E-mail")}}</dt><dd>{{invitation.email or _("not given")}}</dd></div>
<div><dt>{{_("Groups")}}</dt><dd>{{", ".join(invitation.group_names) or _("none")}}</dd></div>
<div><dt>{{_("Where they land")}}</dt><dd>{{invitation.client_name or _("At the page of their apps")}}</dd></div>
% if invitation.note:
<div><dt>{{_("A word to them")}}</dt><dd>
% for line in invitation.note.split("\n"):
<p>{{line}}</p>
% end
</dd></div>
% end
<div><dt>{{_("Invited")}}</dt><dd title="{{exact(invitation.created_at)}}">{{_("{when} by {name}").format(when=ago(invitation.created_at, now), name=invitation.created_by_name or _("deleted person"))}}</dd></div>
% if not is_over:
<div><dt>{{_("Link")}}</dt><dd>{{_("by mail") if invitation.is_mailed else _("handed over")}} · <span title="{{exact(invitation.expires_at)}}">{{_("ended {when}").format(when=ago(invitation.expires_at, now)) if invitation.state == "expired" else _("ends {when}").format(when=ago(invitation.expires_at, now))}}</span></dd></div>
% end
% if invitation.opened_at:
<div><dt>{{_("Opened")}}</dt><dd title="{{exact(invitation.opened_at)}}">{{ago(invitation.opened_at, now)}}</dd></div>
% end
% if invitation.accepted_at:
<div><dt>{{_("Accepted")}}</dt><dd title="{{exact(invitation.accepted_at)}}">{{ago(invitation.accepted_at, now)}} · <a href="/settings/admin/users/{{invitation.user_id}}">{{_("their page")}}</a></dd></div>
% end
% if invitation.withdrawn_at:
<div><dt>{{_("Withdrawn")}}</dt><dd title="{{exact(invitation.withdrawn_at)}}">{{ago(invitation.withdrawn_at, now)}}</dd></div>
% end
</dl>
% if not is_over:
<form class="row apart" method="post" action="{{here}}/renew">
% include("parts/form_token.tpl")
<div class="row">
% if has_mail and invitation.email:
<button name="delivery" value="mail">{{_("Send again")}}</button>
% end
<button name="delivery" value="link">{{_("Make a new link")}}</button></div>
<a class="button quiet danger" href="{{here}}/withdraw">{{_("Withdraw…")}}</a></form>
<p class="soft">{{ngettext("A new link works for a day, and the old one no more.", "A new link works for {n} days, and the old one no more.", invitation.days).format(n=invitation.days)}}</p>
% end
</section>
