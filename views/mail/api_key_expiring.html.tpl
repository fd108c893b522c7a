% # Needs: site (Appearance), app_url (str), name (str), key_name (str), days (int), link (str)
% rebase("mail/layout.html.tpl", button=_("Renew the key"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{ngettext("Your API key “{key}” at {app} ends within a day. Programs that use it are refused after that.", "Your API key “{key}” at {app} ends within {n} days. Programs that use it are refused after that.", days).format(key=key_name, app=site.app_name, n=days)}}</p>
