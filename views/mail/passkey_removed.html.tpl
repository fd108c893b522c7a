% # Needs: site (Appearance), app_url (str), name (str), passkey (str), device (str), place (str), when (str), link (str)
% rebase("mail/layout.html.tpl", button=_("Look at my passkeys"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("The passkey “{passkey}” was removed from your account at {app}. It cannot be used to sign in any more.").format(passkey=passkey, app=site.app_name)}}</p>
<p>{{_("It was done with {device}, from {place}, at {when}.").format(device=device, place=place, when=when)}}</p>
<p>{{_("If neither you nor an administrator did that, look at your passkeys, and tell the person who runs {app}.").format(app=site.app_name)}}</p>
