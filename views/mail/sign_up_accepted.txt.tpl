% # Needs: site (Appearance), app_url (str), name (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("Your account at {app} is accepted").format(app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("An administrator has accepted your account at {app}. Sign in with the passkey that you made:").format(app=site.app_name)}}
{{link}}
