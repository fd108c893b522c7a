% # Needs: site (Appearance), app_url (str), name (str), code (str), link (URL), hours (int: how long the link of an admin is good; 0 for a code that the person asked for)
% rebase("mail/layout.html.tpl", button=_("Sign in to {app}").format(app=site.app_name), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
% if hours:
<p>{{_("This link lets you in to {app} once, to add a passkey.").format(app=site.app_name)}} {{ngettext("It is good for one hour.", "It is good for {n} hours.", hours).format(n=hours) if hours < 48 else ngettext("It is good for one day.", "It is good for {n} days.", hours // 24).format(n=hours // 24)}}</p>
% else:
<p>{{_("Your code is")}}</p>
<p style="font-size:28px;font-weight:600;letter-spacing:4px;margin:16px 0">{{code}}</p>
<p>{{_("It is good for 15 minutes, once, and only in the browser in which you asked for it. The link does the same, there.")}}</p>
% end
<p>{{_("Tell it to nobody. You did not ask for it? Then do nothing: without it nobody gets in.")}}</p>
