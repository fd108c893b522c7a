% # Needs: site (Appearance), app_url (str), name (str), link (str)
% rebase("mail/layout.html.tpl", button=_("Yes, it is mine"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("Please prove that this address is yours, so that apps may rely on it.")}}</p>
<p>{{_("The link is good for a day. If you know nothing of this, leave the mail alone.")}}</p>
