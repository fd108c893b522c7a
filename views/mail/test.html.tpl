% # Needs: site (Appearance), app_url (str)
% rebase("mail/layout.html.tpl")
<p>{{_("This mail arrived, so {app} can send mails.").format(app=site.app_name)}}</p>
<p>{{_("Nothing needs to be done.")}}</p>
