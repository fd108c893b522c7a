% # Needs: site (Appearance), app_url (str), name (str), link (str)
% rebase("mail/layout.html.tpl", button=_("Sign in"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("An administrator has accepted your account at {app}. Sign in with the passkey that you made.").format(app=site.app_name)}}</p>
