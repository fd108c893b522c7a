% # Needs: site (Appearance), app_url (str), name (str), passkey (str), device (str), place (str), when (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("A passkey was removed from your account at {app}").format(app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("The passkey “{passkey}” was removed from your account at {app}. It cannot be used to sign in any more.").format(passkey=passkey, app=site.app_name)}}

{{_("It was done with {device}, from {place}, at {when}.").format(device=device, place=place, when=when)}}

{{_("Your passkeys:")}}
{{link}}

{{_("If neither you nor an administrator did that, look at your passkeys, and tell the person who runs {app}.").format(app=site.app_name)}}
