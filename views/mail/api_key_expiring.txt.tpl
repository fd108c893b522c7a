% # Needs: site (Appearance), app_url (str), name (str), key_name (str), days (int), link (str)
% rebase("mail/layout.txt.tpl", subject=_("Your API key “{key}” ends soon").format(key=key_name))
{{_("Hello {name},").format(name=name)}}

{{ngettext("Your API key “{key}” at {app} ends within a day. Programs that use it are refused after that.", "Your API key “{key}” at {app} ends within {n} days. Programs that use it are refused after that.", days).format(key=key_name, app=site.app_name, n=days)}}
{{_("Renew it here:")}}
{{link}}
