% # Needs: site (Appearance), app_url (str), name (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("Is this your address at {app}?").format(app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("Please prove that this address is yours, so that apps may rely on it.")}}

{{_("Open this address and press the button:")}}
{{link}}

{{_("The link is good for a day. If you know nothing of this, leave the mail alone.")}}
