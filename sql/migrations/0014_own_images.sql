-- Every page shows the site's own pictures, so which there are is kept in memory until one changes.

create trigger own_images_changed
 after insert or update on images
   for each row
  when (new.subject = 'application')
execute function tell_of_change();

create trigger own_images_deleted
 after delete on images
   for each row
  when (old.subject = 'application')
execute function tell_of_change();
