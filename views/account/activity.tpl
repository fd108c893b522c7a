% # Needs: events (list[audit.Row]), following (int or None), event_label, device, place (functions)
% rebase("layout/base.tpl", title=_("Activity"), section="activity")
<header><h1>{{_("Activity")}}</h1><p class="soft">{{_("What happened with your account, the newest first. If something was not you, sign out everywhere and tell an administrator.")}}</p></header>
% if events:
<div class="table"><table><thead><tr><th scope="col">{{_("What")}}</th><th scope="col">{{_("When")}}</th><th scope="col">{{_("Where")}}</th><th scope="col">{{_("App")}}</th></tr></thead><tbody>
% for event in events:
<tr><td><strong>{{event_label(event.event)}}</strong></td><td data-label="{{_("When")}}"><time datetime="{{iso(event.at)}}" title="{{exact(event.at)}}">{{ago(event.at, now)}}</time></td><td data-label="{{_("Where")}}">{{device(event.user_agent) if event.user_agent else _("On the server")}}{{", " + place(event.address) if event.address else ""}}</td><td data-label="{{_("App")}}"{{! "" if event.client_id else ' class="none"' }}>{{event.client_name or event.client_id or "–"}}</td></tr>
% end
</tbody></table></div>
% if following:
<nav class="pager" aria-label="{{_("Pages")}}"><span></span><a href="/settings/audit-log?before={{following}}" rel="next">{{_("Older")}}</a></nav>
% end
% else:
<div class="card empty"><h2>{{_("Nothing yet")}}</h2><p class="soft">{{_("Sign-ins, passkeys and apps will be listed here.")}}</p></div>
% end
