% # Needs: message (str), error_status (HTTPStatus)
% heading = {403: _("That is not allowed"), 404: _("Page not found"), 410: _("No longer valid"), 413: _("Too large"), 421: _("Wrong address"), 429: _("A little slower, please"), 500: _("Something went wrong"), 503: _("Please try again in a moment")}.get(int(error_status), _("That did not work"))
% rebase("layout/bare.tpl", title=heading)
<div class="sheet">
<h1>{{heading}}</h1>
<p>{{message}}</p>
<div class="row"><a class="button" href="/">{{_("Go to the start page")}}</a></div>
</div>
