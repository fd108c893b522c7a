% # Needs: site (Appearance), app_url (str), name (str)
% rebase("mail/layout.html.tpl")
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("The e-mail address of your account at {app} was changed. Mails about it do not come here any more.").format(app=site.app_name)}}</p>
<p>{{_("If you know nothing of that, tell the person who runs {app}.").format(app=site.app_name)}}</p>
