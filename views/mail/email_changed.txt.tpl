% # Needs: site (Appearance), app_url (str), name (str)
% rebase("mail/layout.txt.tpl", subject=_("Your e-mail address at {app} was changed").format(app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("The e-mail address of your account at {app} was changed. Mails about it do not come here any more.").format(app=site.app_name)}}

{{_("If you know nothing of that, tell the person who runs {app}.").format(app=site.app_name)}}
