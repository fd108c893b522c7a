% # Needs: title (str), section (str), base (the page), site (Appearance), actor (Actor), request (Request), mails_given_up (int); optional scripts (list of file names)
<!doctype html>
<html lang="{{language()}}">
<head>
% include("parts/head.tpl", title=title, scripts=["app.js", *get("scripts", [])])
</head>
<body class="house">
<a class="skip" href="#main">{{_("Skip to the page")}}</a>
<header>
  <a class="brand" href="/settings/apps">
% include("parts/mark.tpl", mark_class="")
    <span>{{site.app_name}}</span></a>
% if actor:
  <div class="whoami"><span>{{actor.display_name or actor.username}}</span> <a href="/logout">{{_("Sign out")}}</a></div>
% end
  <nav aria-label="{{_("Main")}}"><ul>
% for name, label, href in (("apps", _("Apps"), "/settings/apps"), ("account", _("Account"), "/settings/account"), ("activity", _("Activity"), "/settings/audit-log")):
    <li><a href="{{href}}"{{! ' aria-current="page"' if section == name else "" }}>{{label}}</a></li>
% end
% if actor and actor.is_admin:
    <li class="part">{{_("Administration")}}</li>
% for name, label, href in (("users", _("Users"), "/settings/admin/users"), ("groups", _("Groups"), "/settings/admin/user-groups"), ("clients", _("Clients"), "/settings/admin/oidc-clients"), ("audit", _("Audit log"), "/settings/admin/audit-log"), ("settings", _("Settings"), "/settings/admin/application-configuration")):
    <li><a href="{{href}}"{{! ' aria-current="page"' if section == name else "" }}>{{label}}</a></li>
% end
% end
  </ul></nav>
</header>
<main id="main">
% include("parts/flash.tpl")
% if mails_given_up:
<div class="notice warn row apart"><span class="grow">{{ngettext("{n} mail could not be delivered.", "{n} mails could not be delivered.", mails_given_up).format(n=mails_given_up)}}</span><a class="button" href="/settings/admin/outbox">{{_("Show")}}</a></div>
% end
{{! base }}
</main>
<p class="hidden" role="status" id="announcement"></p>
</body>
</html>
