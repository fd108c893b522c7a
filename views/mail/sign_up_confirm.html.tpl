% # Needs: site (Appearance), app_url (str), name (str), link (str)
% rebase("mail/layout.html.tpl", button=_("Go on"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("Open this link to go on with your account at {app}. It is good for an hour.").format(app=site.app_name)}}</p>
<p>{{_("You have not signed up? Then somebody typed your address by mistake, and nothing happens.")}}</p>
