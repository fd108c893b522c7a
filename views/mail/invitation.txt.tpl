% # Needs: name (str), inviter (str), client (str: the app, may be empty), note (str), link (URL), days (int), site (Appearance), app_url (str)
% rebase("mail/layout.txt.tpl", subject=_("{inviter} invites you to {app}").format(inviter=inviter, app=site.app_name))
{{_("Hello {name},").format(name=name)}}

{{_("You are invited to {app}. There you make a passkey, which takes the place of a password.").format(app=site.app_name)}}
% if client:
{{_("After that you go on to {client}.").format(client=client)}}
% end
% if note:

{{_("{inviter} writes:").format(inviter=inviter)}}
{{note}}
% end

{{_("Open this address in your browser to accept:")}}
{{link}}

{{ngettext("It works once, within a day. Do not pass it on: whoever opens it first gets the account.", "It works once, within {n} days. Do not pass it on: whoever opens it first gets the account.", days).format(n=days)}}
