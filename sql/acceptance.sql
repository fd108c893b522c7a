-- name: note_opened
-- Remember when the link was opened first.
update invitations
   set opened_at = %(now)s
 where id = %(id)s
   and opened_at is null;

-- name: lock
-- Hold an invitation that its link still opens until the end of the transaction; no row when it does not any more.
-- Who comes second waits here, and the digest of a used one is gone (CO-04).
select id
  from invitations invitation
 where id = %(id)s
   and digest = %(digest)s
   and invitation_state(invitation, %(now)s) in ('made', 'sent', 'opened')
   for update;

-- name: accept
-- Note whose account it became, and end the link.
update invitations
   set accepted_at = %(now)s, user_id = %(user_id)s, digest = null
 where id = %(id)s;
