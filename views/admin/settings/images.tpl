% # Needs: pictures (list[dict]: name, label, hint, is_own, address, accept), preview (look_preview.Preview), errors (dict)
% rebase("layout/base.tpl", title=_("Pictures of the site"), section="settings", scripts=["preview.js"])
<header><p class="soft"><a href="/settings/admin/application-configuration">{{_("Settings")}}</a></p><h1>{{_("Pictures of the site")}}</h1><p class="soft">{{_("What people see before they read anything. Each is written anew, without what a camera adds about place and time.")}}</p></header>
<div class="tiles">
% for picture in pictures:
<section class="card" id="{{picture["name"]}}" aria-labelledby="{{picture["name"]}}-title"><header><h2 id="{{picture["name"]}}-title">{{picture["label"]}}</h2><p class="soft">{{picture["hint"]}}</p></header>
% if picture["address"]:
<div class="swatches"><div class="swatch"><img src="{{picture["address"]}}" alt="{{_("On light")}}"></div><div class="swatch dark"><img src="{{picture["address"]}}" alt="{{_("On dark")}}"></div></div>
% else:
<p class="soft">{{_("None at the moment.")}}</p>
% end
<form class="fields" method="post" enctype="multipart/form-data" action="/settings/admin/application-configuration/images/{{picture["name"]}}">
% include("parts/form_token.tpl")
<div class="field"><label for="{{picture["name"]}}-file">{{_("New picture")}}</label><input type="file" id="{{picture["name"]}}-file" name="file" accept="{{picture["accept"]}}"{{! ' aria-invalid="true" autofocus' if errors.get(picture["name"]) else "" }} aria-describedby="{{picture["name"] + "-error" if errors.get(picture["name"]) else ""}}">
% if errors.get(picture["name"]):
<span class="error" id="{{picture["name"]}}-error">{{errors[picture["name"]]}}</span>
% end
</div>
<div class="row"><button>{{_("Upload")}}</button></div></form>
% if picture["is_own"]:
<form class="row" method="post" action="/settings/admin/application-configuration/images/{{picture["name"]}}/reset">
% include("parts/form_token.tpl")
<button class="quiet danger" aria-label="{{_("Reset to default: {picture}").format(picture=picture["label"])}}">{{_("Reset to default")}}</button></form>
% end
</section>
% end
</div>
<section class="card" aria-labelledby="preview"><header><h2 id="preview">{{_("Preview")}}</h2><p class="soft">{{_("With a logo that you choose above, before it is uploaded.")}}</p></header>
% include("admin/settings/preview.tpl")
</section>
