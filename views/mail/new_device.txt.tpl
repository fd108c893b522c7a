% # Needs: site (Appearance), app_url (str), name (str), device (str), place (str), when (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("New sign-in to {app}").format(app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("Somebody signed in to your account at {app} with {device}, from {place}, at {when}. You were not seen there before.").format(app=site.app_name, device=device, place=place, when=when)}}

{{_("If that was you, nothing needs to be done.")}}

{{_("If it was not, end that sign-in here, within seven days:")}}
{{link}}
