"""The URL map: every route with its handler and its guard, one a line."""

from pocketid.pages import site
from pocketid.request import Guard
from pocketid.web import Route

PUBLIC, PROTOCOL, USER, ADMIN = Guard.PUBLIC, Guard.PROTOCOL, Guard.USER, Guard.ADMIN

ROUTES = (
    # The site
    Route("GET", "/", site.start, PUBLIC),
    Route("GET", "/healthz", site.healthz, PUBLIC),
    Route("GET", "/health", site.show_health, PUBLIC),
    Route("GET", "/static/<name>", site.static, PUBLIC),
    Route("GET", "/theme.css", site.theme, PUBLIC),
)
