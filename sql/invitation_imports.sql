-- name: insert
-- Keep an uploaded file until it is confirmed.
insert into invitation_imports (created_by, content, days, client_id, by_mail, created_at, expires_at)
values (%(created_by)s, %(content)s, %(days)s, %(client_id)s, %(by_mail)s, %(now)s, %(expires_at)s)
returning id;

-- name: by_id
-- An upload of a person's own; no row when it was forgotten by now.
select id, content, days, client_id, by_mail, number, mailed, sealed_links, expires_at
  from invitation_imports
 where id = %(id)s
   and created_by = %(user_id)s
   and expires_at > %(now)s;

-- name: lock
-- Hold an upload that was not confirmed yet until the end of the transaction; no row when it was.
select id
  from invitation_imports
 where id = %(id)s
   and created_by = %(user_id)s
   and number is null
   for update;

-- name: complete
-- Note how many were invited, keep the links to hand over for a while, and forget the file.
update invitation_imports
   set number = %(number)s, mailed = %(mailed)s, sealed_links = %(sealed_links)s, content = null,
       expires_at = %(expires_at)s
 where id = %(id)s;

-- name: expire
-- Forget what is kept no longer.
delete from invitation_imports
 where expires_at <= %(now)s;
