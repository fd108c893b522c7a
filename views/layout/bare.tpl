% # Needs: title (str), base (the page), site (Appearance); optional scripts (list of file names in views/static)
<!doctype html>
<html lang="{{language()}}">
<head>
% include("parts/head.tpl", title=title, scripts=get("scripts", []))
</head>
% if site.images.get("background"):
<body class="bare pictured">
<img class="background" src="/api/application-images/background?v={{site.images["background"]}}" alt="" loading="lazy">
% else:
<body class="bare">
% end
<main id="main">
% include("parts/flash.tpl")
{{! base }}
</main>
<footer><span>{{site.app_name}}</span></footer>
</body>
</html>
