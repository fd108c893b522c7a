% # Needs: site (Appearance), app_url (str), name (str), username (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("{name} waits to be accepted").format(name=name))
{{_("{name} has signed up for {app} with the user name {username}, and can do nothing there until an administrator accepts the account.").format(name=name, app=site.app_name, username=username)}}

{{_("Accept or refuse it here:")}}
{{link}}
