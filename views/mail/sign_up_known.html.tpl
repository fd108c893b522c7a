% # Needs: site (Appearance), app_url (str), link (str)
% rebase("mail/layout.html.tpl", button=_("Sign in"), link=link)
<p>{{_("Somebody, likely you, wanted to use this address for an account at {app}. It belongs to your account there already. Sign in with your passkey.").format(app=site.app_name)}}</p>
<p>{{_("Is your passkey lost? Ask the person who runs {app} for a one-time link.").format(app=site.app_name)}}
{{_("It was not you? Then nothing needs to be done: nothing was changed.")}}</p>
