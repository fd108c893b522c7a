-- name: get
-- One stored image; no row when there is none.
select media_type, content, digest
  from images
 where subject = %(subject)s
   and subject_id = %(subject_id)s
   and variant = %(variant)s;

-- name: digest
-- What tells one stored image from its successor; no row when there is none.
select digest
  from images
 where subject = %(subject)s
   and subject_id = %(subject_id)s
   and variant = %(variant)s;

-- name: put
-- Store an image in place of the one before.
insert into images (subject, subject_id, variant, media_type, content, digest, updated_at)
values (%(subject)s, %(subject_id)s, %(variant)s, %(media_type)s, %(content)s, %(digest)s, %(now)s)
    on conflict (subject, subject_id, variant) do update
   set media_type = excluded.media_type,
       content = excluded.content,
       digest = excluded.digest,
       updated_at = excluded.updated_at;

-- name: delete_variant
-- Remove one image of something.
delete from images
 where subject = %(subject)s
   and subject_id = %(subject_id)s
   and variant = %(variant)s;

-- name: delete
-- Remove all images of something.
delete from images
 where subject = %(subject)s
   and subject_id = %(subject_id)s;

-- name: own_versions
-- What tells the site's own pictures from their successors; no row for a built-in one.
select variant, digest
  from images
 where subject = 'application'
   and subject_id = '';
