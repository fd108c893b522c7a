% # Needs: site (Appearance), app_url (str)
% rebase("mail/layout.txt.tpl", subject=_("A test from {app}").format(app=site.app_name))
{{_("This mail arrived, so {app} can send mails.").format(app=site.app_name)}}

{{_("Nothing needs to be done.")}}
