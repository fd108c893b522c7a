% # Needs: title (str), scripts (list[str]), site (Appearance); optional errors (dict) or problem (str) of the page: its title says so; refresh (seconds, where no script runs)
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{_("Error") + ": " if get("errors") or get("problem") else ""}}{{title}} · {{site.app_name}}</title>
% if site.images.get("favicon"):
<link rel="icon" href="/api/application-images/favicon?v={{site.images["favicon"]}}">
% else:
<link rel="icon" href="{{static("favicon.svg")}}" type="image/svg+xml">
% end
<link rel="stylesheet" href="{{static("app.css")}}">
% if site.theme_version:
<link rel="stylesheet" href="/theme.css?v={{site.theme_version}}">
% end
% if get("refresh"):
<noscript><meta http-equiv="refresh" content="{{refresh}}"></noscript>
% end
% for script in scripts:
<script type="module" src="{{static(script)}}"></script>
% end
