-- name: insert_link
-- A link that lets people sign up, remembered by its digest, with the groups that they join.
with made as (
    insert into sign_up_links (digest, most_uses, created_by, expires_at, created_at)
    values (%(digest)s, %(most_uses)s, %(created_by)s, %(expires_at)s, %(now)s)
    returning id
), joined as (
    insert into sign_up_link_groups (link_id, group_id)
    select made.id, groups.id
      from made, groups
     where groups.id = any(%(group_ids)s::uuid[])
)
select id
  from made;

-- name: links
-- The links that are still good, the next to expire first.
select link.id, link.created_at, link.expires_at, link.most_uses, link.uses, author.username as created_by,
       array(select groups.friendly_name
               from sign_up_link_groups
               join groups on groups.id = sign_up_link_groups.group_id
              where sign_up_link_groups.link_id = link.id
              order by lower(groups.friendly_name)) as groups
  from sign_up_links link
  left join users author on author.id = link.created_by
 where link.expires_at > %(now)s
   and link.uses < link.most_uses
 order by link.expires_at, link.id;

-- name: is_good
-- Whether a link has uses left and has not expired.
select exists (
    select
      from sign_up_links
     where digest = %(digest)s
       and uses < most_uses
       and expires_at > %(now)s);

-- name: use_link
-- Count a use and return the link; no row when it is unknown, used up, withdrawn or has expired.
update sign_up_links
   set uses = uses + 1
 where digest = %(digest)s
   and uses < most_uses
   and expires_at > %(now)s
returning id;

-- name: groups_of_link
-- The groups that a link's people join, as far as they still exist.
select group_id
  from sign_up_link_groups
 where link_id = %(link_id)s;

-- name: delete_link
-- Withdraw a link.
delete from sign_up_links
 where id = %(id)s;

-- name: hold
-- Let an account that was just made wait, unless too many do already.
update users
   set disabled = true, waiting_since = %(now)s
 where id = %(user_id)s
   and (select count(*) from users where waiting_since is not null) < %(most)s::int;

-- name: count_waiting
-- How many accounts wait.
select count(*)
  from users
 where waiting_since is not null;

-- name: waiting
-- The accounts that wait, the longest first.
select id, username, display_name, email, email_verified, waiting_since
  from users
 where waiting_since is not null
 order by waiting_since, id;

-- name: watch
-- Remember for a browser whose account it waits for.
insert into sign_up_watches (browser_digest, user_id, redirect, expires_at)
values (%(browser_digest)s, %(user_id)s, %(redirect)s, %(expires_at)s)
    on conflict (browser_digest) do update
   set user_id = excluded.user_id, redirect = excluded.redirect, expires_at = excluded.expires_at, reason = '';

-- name: watched
-- What has become of the account that a browser waits for.
select case when users.id is null then 'refused'
            when users.waiting_since is null then 'accepted'
            else 'waiting' end as state,
       sign_up_watches.reason, sign_up_watches.redirect
  from sign_up_watches
  left join users on users.id = sign_up_watches.user_id
 where sign_up_watches.browser_digest = %(browser_digest)s
   and sign_up_watches.expires_at > %(now)s;

-- name: accept
-- Let a waiting account in; no row when it does not wait (any more).
update users
   set disabled = false, waiting_since = null, updated_at = %(now)s
 where id = %(user_id)s
   and waiting_since is not null
returning id;

-- name: tell_why
-- Leave the reason of a refusal for the browsers that wait.
update sign_up_watches
   set reason = %(reason)s
 where user_id = %(user_id)s;

-- name: refuse
-- Delete a waiting account; no row when it does not wait (any more).
delete from users
 where id = %(user_id)s
   and waiting_since is not null
returning id;

-- name: admin_addresses
-- Whom to tell that somebody waits.
select id as user_id, email
  from users
 where is_admin
   and not disabled
   and email is not null
 order by id;

-- name: expire_links
-- Delete the links that are over or used up.
delete from sign_up_links
 where expires_at <= %(now)s
    or uses = most_uses;

-- name: expire_watches
-- Forget the browsers that have waited long enough.
delete from sign_up_watches
 where expires_at <= %(now)s;

-- name: give_up
-- Delete the accounts that nobody has decided about; returns what the audit log says of them.
delete from users
 where waiting_since <= %(before)s
returning id, username;
