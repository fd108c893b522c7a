% # Needs: site (Appearance), app_url (str), name (str), username (str), link (str)
% rebase("mail/layout.html.tpl", button=_("Accept or refuse it"), link=link)
<p>{{_("{name} has signed up for {app} with the user name {username}, and can do nothing there until an administrator accepts the account.").format(name=name, app=site.app_name, username=username)}}</p>
