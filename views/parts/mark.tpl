% # Needs: mark_class (str), site (Appearance)
% light, dark = site.images.get("logo-light") or site.images.get("logo-dark"), site.images.get("logo-dark")
% if light:
<picture class="own-mark">
% if dark:
<source media="(prefers-color-scheme: dark)" srcset="/api/application-images/logo?light=false&amp;v={{dark}}">
% end
<img class="{{mark_class}}" src="/api/application-images/logo?{{"light=true" if site.images.get("logo-light") else "light=false"}}&amp;v={{light}}" alt=""></picture>
% else:
% include("parts/drawn_mark.tpl")
% end
