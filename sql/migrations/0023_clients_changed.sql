-- Clients and what their secrets are compared with are kept by each process until it hears that they changed.

create trigger clients_changed after insert or update or delete or truncate on clients
    for each statement execute function tell_of_change();
create trigger client_secrets_changed after insert or update or delete or truncate on client_secrets
    for each statement execute function tell_of_change();
