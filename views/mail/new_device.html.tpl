% # Needs: site (Appearance), app_url (str), name (str), device (str), place (str), when (str), link (str)
% rebase("mail/layout.html.tpl", button=_("This was not me"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("Somebody signed in to your account at {app} with {device}, from {place}, at {when}. You were not seen there before.").format(app=site.app_name, device=device, place=place, when=when)}}</p>
<p>{{_("If that was you, nothing needs to be done.")}}</p>
