% # Needs: name (str), inviter (str), client (str: the app, may be empty), note (str), link (URL), days (int), site (Appearance), app_url (str)
% rebase("mail/layout.html.tpl", button=_("Accept the invitation"), link=link)
<p>{{_("Hello {name},").format(name=name)}}</p>
<p>{{_("You are invited to {app}. There you make a passkey, which takes the place of a password.").format(app=site.app_name)}} {{_("After that you go on to {client}.").format(client=client) if client else ""}}</p>
% if note:
<p style="margin:0 0 4px">{{_("{inviter} writes:").format(inviter=inviter)}}</p>
<p style="margin:0 0 16px;padding-left:12px;border-left:3px solid #dedbd2;white-space:pre-wrap">{{note}}</p>
% end
<p>{{ngettext("It works once, within a day. Do not pass it on: whoever opens it first gets the account.", "It works once, within {n} days. Do not pass it on: whoever opens it first gets the account.", days).format(n=days)}}</p>
