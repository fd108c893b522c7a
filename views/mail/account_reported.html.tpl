% # Needs: site (Appearance), app_url (str), name (str), person (str), link (str)
% rebase("mail/layout.html.tpl", button=_("Look at the account"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("{person} says that a sign-in to their account was not theirs. It was ended, with what apps got through it.").format(person=person)}}</p>
<p>{{_("Talk to them, look at their passkeys and sessions, and remove what they do not know.")}}</p>
