% # Needs: subject (str), base (the mail), site (Appearance), app_url (str); the first line of what comes out is the subject
{{" ".join(subject.split())}}

{{base.strip()}}

-- 
{{_("{app} sent you this mail. Replies to it reach nobody.").format(app=site.app_name)}}
{{app_url}}
