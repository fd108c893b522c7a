-- Pages tell admins of mails that were given up, and the postman hears at once when one is to be tried again.

drop trigger outbox_changed on outbox;
create trigger outbox_changed after insert or delete or update of given_up_at on outbox
    for each statement execute function tell_of_change();
