% # Needs: site (Appearance), app_url (str), name (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("Go on with your account at {app}").format(app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("Open this link to go on with your account at {app}. It is good for an hour.").format(app=site.app_name)}}
{{link}}

{{_("You have not signed up? Then somebody typed your address by mistake, and nothing happens.")}}
