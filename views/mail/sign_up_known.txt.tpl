% # Needs: site (Appearance), app_url (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("You have an account at {app}").format(app=site.app_name))
{{_("Somebody, likely you, wanted to use this address for an account at {app}. It belongs to your account there already. Sign in with your passkey:").format(app=site.app_name)}}
{{link}}

{{_("Is your passkey lost? Ask the person who runs {app} for a one-time link.").format(app=site.app_name)}}
{{_("It was not you? Then nothing needs to be done: nothing was changed.")}}
