% # Needs: site (Appearance), app_url (str), name (str), person (str), link (str)
% rebase("mail/layout.txt.tpl", subject=_("{person} reports a sign-in at {app}").format(person=person, app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("{person} says that a sign-in to their account was not theirs. It was ended, with what apps got through it.").format(person=person)}}

{{_("Their account:")}}
{{link}}

{{_("Talk to them, look at their passkeys and sessions, and remove what they do not know.")}}
