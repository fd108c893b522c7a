% # Needs: mark_class (str), site (Appearance)
% light, dark = site.images.get("logo-light") or site.images.get("logo-dark"), site.images.get("logo-dark")
% if light:
<picture class="own-mark">
% if dark:
<source media="(prefers-color-scheme: dark)" srcset="/api/application-images/logo?light=false&amp;v={{dark}}">
% end
<img class="{{mark_class}}" src="/api/application-images/logo?{{"light=true" if site.images.get("logo-light") else "light=false"}}&amp;v={{light}}" alt=""></picture>
% else:
<svg class="{{mark_class}}" viewBox="0 0 48 48" aria-hidden="true"><path class="mark-fill" d="M7 9h34v19c0 8.5-7.6 14-17 14S7 36.5 7 28z"/><path class="mark-seam" d="M11.5 13.5h25v14.7c0 6-5.6 9.8-12.5 9.8s-12.5-3.8-12.5-9.8z"/><circle class="mark-hole" cx="24" cy="22.5" r="4.3"/><path class="mark-hole" d="M22.3 25h3.4l1.3 7.5h-6z"/></svg>
% end
