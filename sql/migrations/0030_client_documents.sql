-- Clients whose id is the address of a document in which they describe themselves.

alter table clients
    drop constraint clients_id_check,
    add constraint clients_id_check check (char_length(id) >= 2 and char_length(id) <= 255),
    add constraint clients_describes_itself
        check (id not like 'https://%' or (is_public and not allows_plain_pkce and not skips_consent));

create table client_documents (
    client_id text primary key,
    tried_at timestamptz not null,
    fetched_at timestamptz,
    digest bytea,
    problem text
);
comment on table client_documents is 'Addresses at which clients describe themselves, asked for lately; the client itself is in clients';
comment on column client_documents.fetched_at is 'When the document was last had; null from when it was wrong';
comment on column client_documents.problem is 'Why the last try brought nothing, for admins; null when it was good';
