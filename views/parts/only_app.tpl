% # Needs: app_name (str or None: no app waits for this sign-in)
% if app_name:
% include("parts/check.tpl", name="only", label=_("For {app} only").format(app=app_name), checked=False, errors={}, hint=_("Not your device? Then nothing but the app is signed in here."))
% end
