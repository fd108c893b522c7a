"""Two relying parties in one Django site: django-allauth, as Paperless-ngx has it, and mozilla-django-oidc.

python -m tests.relying_parties.django_app DATABASE      settings: ORIGIN, PORT, ISSUER, CLIENT_ID, CLIENT_SECRET
  GET /accounts/oidc/pocketid/login/    allauth; the callback is .../login/callback/
  GET /oidc/authenticate/               mozilla-django-oidc; the callback is /oidc/callback/
  GET /                                 who is signed in, and what was learnt
  GET /leave                            out of the site, to the provider, and back to /goodbye
"""

import os
import sys
from typing import Any
from urllib.parse import urlencode

import django
from cheroot.wsgi import Server
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import include, path

ORIGIN, ISSUER = os.environ["ORIGIN"], os.environ["ISSUER"]
CLIENT_ID, CLIENT_SECRET = os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]


def show(request: HttpRequest) -> HttpResponse:
    """Who is signed in, by either library."""
    from allauth.socialaccount.models import SocialAccount  # once Django is set up

    if not request.user.is_authenticated:
        return JsonResponse({"user": None, "path": request.get_full_path()})
    accounts = SocialAccount.objects.filter(user=request.user)
    learnt = accounts[0].extra_data if accounts else None
    return JsonResponse({"user": request.user.get_username(), "email": request.user.email, "learnt": learnt})


def leave(request: HttpRequest) -> HttpResponse:
    """OpenID Connect RP-Initiated Logout 2, with the ID token that mozilla-django-oidc has kept."""
    from django.contrib.auth import logout

    goodbye = f"{ORIGIN}/goodbye"
    sent = {"id_token_hint": request.session["oidc_id_token"], "post_logout_redirect_uri": goodbye}
    logout(request)
    return HttpResponseRedirect(f"{ISSUER}/api/oidc/end-session?{urlencode(sent)}")


def configure(database: str) -> None:
    """What a settings module would hold."""
    installed = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"]
    installed += ["django.contrib.messages", "allauth", "allauth.account", "allauth.socialaccount"]
    middleware = ["django.contrib.sessions.middleware.SessionMiddleware"]
    middleware += ["django.contrib.auth.middleware.AuthenticationMiddleware"]
    middleware += ["django.contrib.messages.middleware.MessageMiddleware"]
    allauth_app: dict[str, Any] = {"provider_id": "pocketid", "name": "Pocketid", "client_id": CLIENT_ID}
    allauth_app |= {"secret": CLIENT_SECRET, "settings": {"server_url": ISSUER}}
    settings.configure(
        SECRET_KEY="of a test",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        INSTALLED_APPS=[*installed, "allauth.socialaccount.providers.openid_connect", "mozilla_django_oidc"],
        MIDDLEWARE=[*middleware, "allauth.account.middleware.AccountMiddleware"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        AUTHENTICATION_BACKENDS=[
            "allauth.account.auth_backends.AuthenticationBackend",
            "mozilla_django_oidc.auth.OIDCAuthenticationBackend",
        ],
        LOGIN_REDIRECT_URL="/",
        ACCOUNT_EMAIL_VERIFICATION="none",
        SOCIALACCOUNT_LOGIN_ON_GET=True,
        SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [allauth_app], "OAUTH_PKCE_ENABLED": True}},
        OIDC_RP_CLIENT_ID=CLIENT_ID,
        OIDC_RP_CLIENT_SECRET=CLIENT_SECRET,
        OIDC_RP_SIGN_ALGO="RS256",
        OIDC_RP_SCOPES="openid email profile",
        OIDC_USE_PKCE=True,
        OIDC_STORE_ID_TOKEN=True,
        OIDC_OP_AUTHORIZATION_ENDPOINT=f"{ISSUER}/authorize",
        OIDC_OP_TOKEN_ENDPOINT=f"{ISSUER}/api/oidc/token",
        OIDC_OP_USER_ENDPOINT=f"{ISSUER}/api/oidc/userinfo",
        OIDC_OP_JWKS_ENDPOINT=f"{ISSUER}/.well-known/jwks.json",
    )
    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    configure(sys.argv[1])
    urlpatterns = [
        path("", show),
        path("goodbye", show),
        path("leave", leave),
        path("accounts/", include("allauth.urls")),
        path("oidc/", include("mozilla_django_oidc.urls")),
    ]
    server = Server(("127.0.0.1", int(os.environ["PORT"])), get_wsgi_application())
    print("listening", flush=True)
    server.start()
