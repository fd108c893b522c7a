% # Needs: terms (Terms), days (list[int]), clients (list[App]), has_mail (bool), errors (dict); optional by_mail_label (str)
<div class="fields pair">
% include("parts/select.tpl", name="days", label=_("Valid for"), value=str(terms.days), choices={str(number): ngettext("{n} day", "{n} days", number).format(n=number) for number in days}, errors=errors)
% include("parts/select.tpl", name="client", label=_("Where they land"), value=terms.client_id or "", choices={"": _("At the page of their apps")} | {client.id: client.name for client in clients}, errors=errors)
</div>
% if has_mail:
<fieldset class="fields"><legend>{{_("How the link gets there")}}</legend>
<div class="check"><input type="radio" id="delivery-mail" name="delivery" value="mail"{{! " checked" if terms.by_mail else "" }}><label for="delivery-mail">{{get("by_mail_label") or _("By mail")}}</label><small>{{_("Accepting it proves the address. Nobody else sees the link, you neither.")}}</small></div>
<div class="check"><input type="radio" id="delivery-link" name="delivery" value="link"{{! "" if terms.by_mail else " checked" }}><label for="delivery-link">{{_("I hand it over")}}</label><small>{{_("It is shown once, with a QR code. The address stays unverified.")}}</small></div>
</fieldset>
% end
