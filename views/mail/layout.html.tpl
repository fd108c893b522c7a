% # Needs: subject (str), base (the mail), site (Appearance), app_url (str), button_colours (ground and text); optional button (str) with link (URL)
% ground, ink = button_colours
<!doctype html>
<html lang="{{language()}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{{subject}}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .paper { background: #14191a !important; }
  .sheet { background: #1c2324 !important; border-color: #2f3839 !important; }
  .ink { color: #e8ecea !important; }
  .soft { color: #a9b4b3 !important; }
  .address { color: #5cc9b3 !important; }
}
</style>
</head>
<body class="paper" style="margin:0;padding:0;background:#f6f5f1">
<div class="paper" style="padding:24px 12px;background:#f6f5f1">
<div class="sheet" style="max-width:520px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #dedbd2;border-radius:14px">
<div class="ink" style="color:#1d2426;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;overflow-wrap:anywhere">
<p style="margin:0 0 20px;font-weight:600"><img src="cid:logo" alt="" width="40" height="40" style="display:inline-block;vertical-align:middle;margin-right:10px;border:0">{{site.app_name}}</p>
{{! base }}
% if get("button"):
<p style="margin:24px 0"><a href="{{link}}" style="display:inline-block;padding:12px 22px;border-radius:7px;background:{{ground}};color:{{ink}};font-weight:600;text-decoration:none">{{button}}</a></p>
<p class="soft" style="margin:0;color:#566064;font-size:14px">{{_("If the button does nothing, open this address in your browser:")}}<br><a class="address" href="{{link}}" style="color:#0f6a5b;word-break:break-all">{{link}}</a></p>
% end
</div>
</div>
<p class="soft" style="max-width:520px;margin:16px auto 0;color:#566064;font:13px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;text-align:center">{{_("{app} sent you this mail. Replies to it reach nobody.").format(app=site.app_name)}}<br><a class="address" href="{{app_url}}" style="color:#0f6a5b">{{app_url}}</a></p>
</div>
</body>
</html>
