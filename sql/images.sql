-- name: one
-- A stored image.
select media_type, content, digest
  from images
 where subject = %(subject)s
   and subject_id = %(subject_id)s
   and variant = %(variant)s;

-- name: put
-- Store an image in place of the one that may be there.
insert into images (subject, subject_id, variant, media_type, content, digest, updated_at)
values (%(subject)s, %(subject_id)s, %(variant)s, %(media_type)s, %(content)s, %(digest)s, %(now)s)
    on conflict (subject, subject_id, variant) do update
   set media_type = excluded.media_type, content = excluded.content, digest = excluded.digest,
       updated_at = excluded.updated_at;

-- name: delete
-- Delete all images of somebody or something.
delete from images
 where subject = %(subject)s
   and subject_id = %(subject_id)s;
