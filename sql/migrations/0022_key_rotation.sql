-- Keys are replaced with an overlap, and PS256 signs, too.

alter table signing_keys add column published_until timestamptz;
comment on column signing_keys.active_from is 'It signs from then on; it is published before';
comment on column signing_keys.retired_at is 'When the next key takes over';
comment on column signing_keys.published_until is 'When its last token expires; null until that is known';

alter table signing_keys drop constraint signing_keys_algorithm_check;
alter table signing_keys add constraint signing_keys_algorithm_check
    check (algorithm in ('RS256', 'PS256', 'ES256', 'EdDSA'));
alter table clients drop constraint clients_signing_algorithm_check;
alter table clients add constraint clients_signing_algorithm_check
    check (signing_algorithm in ('RS256', 'PS256', 'ES256', 'EdDSA'));
