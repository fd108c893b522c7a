-- name: insert
-- New invitations, as many as the arrays are long; the groups come by `add_groups`.
insert into invitations (id, digest, is_mailed, mail_id, first_name, last_name, username, email, note, client_id,
                         days, created_by, created_at, expires_at)
select made.id, made.digest, made.mail_id is not null, made.mail_id, made.first_name, made.last_name, made.username,
       made.email, made.note, %(client_id)s, %(days)s, %(created_by)s, %(now)s, %(expires_at)s
  from unnest(%(ids)s::uuid[], %(digests)s::bytea[], %(mail_ids)s::uuid[], %(first_names)s::text[],
              %(last_names)s::text[], %(usernames)s::text[], %(emails)s::text[], %(notes)s::text[])
       as made (id, digest, mail_id, first_name, last_name, username, email, note);

-- name: add_groups
-- The groups of new invitations, pair by pair; those deleted meanwhile are passed over (CO-08).
insert into invitation_groups (invitation_id, group_id)
select pair.invitation_id, groups.id
  from unnest(%(invitation_ids)s::uuid[], %(group_ids)s::uuid[]) as pair (invitation_id, group_id)
  join groups on groups.id = pair.group_id
    on conflict do nothing;

-- name: find
-- One invitation: by its id, by the digest of its link, or by the account that it led to; null is none.
select invitation.id, invitation.first_name, invitation.last_name, invitation.username, invitation.email,
       invitation.note, invitation.client_id, clients.name as client_name, invitation.days, invitation.is_mailed,
       invitation.created_by, coalesce(nullif(maker.display_name, ''), maker.username) as created_by_name,
       invitation.created_at, invitation.expires_at, invitation.opened_at, invitation.accepted_at,
       invitation.withdrawn_at, invitation.user_id, invitation_state(invitation, %(now)s) as state,
       invitation.mail_id, outbox.last_error as mail_problem, outbox.given_up_at is not null as is_undeliverable,
       array(select groups.id
               from invitation_groups
               join groups on groups.id = invitation_groups.group_id
              where invitation_groups.invitation_id = invitation.id
              order by lower(groups.friendly_name), groups.id) as group_ids,
       array(select groups.friendly_name
               from invitation_groups
               join groups on groups.id = invitation_groups.group_id
              where invitation_groups.invitation_id = invitation.id
              order by lower(groups.friendly_name), groups.id) as group_names
  from invitations invitation
  left join clients on clients.id = invitation.client_id
  left join users maker on maker.id = invitation.created_by
  left join outbox on outbox.id = invitation.mail_id
 where invitation.id = %(id)s::uuid
    or invitation.digest = %(digest)s::bytea
    or invitation.user_id = %(user_id)s::uuid;

-- name: renew
-- Another link in the place of the old one, from now on, and by who asks for it; no row once it was used or withdrawn.
update invitations
   set digest = %(digest)s, is_mailed = %(mail_id)s::uuid is not null, mail_id = %(mail_id)s,
       created_by = %(created_by)s, opened_at = null,
       expires_at = %(now)s::timestamptz + make_interval(days => days)
 where id = %(id)s
   and accepted_at is null
   and withdrawn_at is null
returning id;

-- name: withdraw
-- End an invitation; no row once it was used or withdrawn.
update invitations
   set withdrawn_at = %(now)s, digest = null
 where id = %(id)s
   and accepted_at is null
   and withdrawn_at is null
returning id;

-- name: search
-- One page of invitations, by text and state, the newest first, those made together by name.
select listed.id, listed.first_name, listed.last_name, listed.username, listed.email, listed.created_at,
       listed.expires_at, listed.opened_at, listed.accepted_at, listed.user_id,
       invitation_state(listed, %(now)s) as state,
       coalesce(nullif(maker.display_name, ''), maker.username) as created_by_name,
       outbox.given_up_at is not null as is_undeliverable
  from invitations listed
  left join users maker on maker.id = listed.created_by
  left join outbox on outbox.id = listed.mail_id
 where (%(text)s::text is null or listed.email ilike %(text)s or listed.username ilike %(text)s
        or listed.first_name || ' ' || listed.last_name ilike %(text)s)
   and case %(state)s::text
       when '' then true
       when 'open' then invitation_state(listed, %(now)s) in ('made', 'sent', 'opened')
       else invitation_state(listed, %(now)s) = %(state)s end
 order by listed.created_at desc, lower(listed.last_name), lower(listed.first_name), listed.id
 limit %(size)s offset %(offset)s;

-- name: count
-- How many invitations the search finds in all.
select count(*)
  from invitations listed
 where (%(text)s::text is null or listed.email ilike %(text)s or listed.username ilike %(text)s
        or listed.first_name || ' ' || listed.last_name ilike %(text)s)
   and case %(state)s::text
       when '' then true
       when 'open' then invitation_state(listed, %(now)s) in ('made', 'sent', 'opened')
       else invitation_state(listed, %(now)s) = %(state)s end;

-- name: expire
-- Forget the people who did not come: what expired or was withdrawn before that day.
delete from invitations
 where accepted_at is null
   and least(expires_at, withdrawn_at) <= %(before)s;
