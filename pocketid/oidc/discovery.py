"""What clients find out by themselves: metadata and keys, served from memory.

OpenID Connect Discovery 1.0 3 and 4, RFC 8414 2, RFC 9207 3, RFC 7517 5.
"""

from functools import lru_cache

import msgspec

from pocketid import jose, settings, signing_keys
from pocketid.oidc import claims, client_auth, dpop, prompts, request_object, responses
from pocketid.oidc.authorization_request import SCOPES
from pocketid.oidc.errors import CORS
from pocketid.oidc.token import GRANTS
from pocketid.request import Request
from pocketid.response import Response, file

_CACHING = {"Cache-Control": "public, max-age=300"}
_CLIENT_ALGORITHMS = [*jose.ASYMMETRIC, "HS256"]
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP",
    "Access-Control-Max-Age": "600",
}


def configuration(request: Request) -> Response:
    """The provider's metadata. OpenID Connect Discovery 1.0 4.2."""
    return file(
        _document(
            request.config.app_url,
            request.config.internal_app_url,
            takes_documents=bool(settings.load(request).cimd_url_allowlist),
        ),
        "application/json",
        headers=_CACHING | CORS,
    )


def jwks(request: Request) -> Response:
    """The public keys that tokens are verified with. RFC 7517 5."""
    return file(signing_keys.keys(request).published, "application/json", headers=_CACHING | CORS)


def preflight(request: Request) -> Response:
    """Lets browser applications of any origin call these endpoints, without cookies (Fetch 3.2)."""
    return file(b"", "text/plain", headers=CORS | _PREFLIGHT)


@lru_cache(maxsize=4)
def _document(public: str, internal: str, *, takes_documents: bool) -> bytes:
    documents = {"client_id_metadata_document_supported": True} if takes_documents else {}
    return msgspec.json.encode(
        documents
        | {
            "issuer": public,
            "authorization_endpoint": f"{public}/authorize",
            "token_endpoint": f"{internal}/api/oidc/token",
            "device_authorization_endpoint": f"{public}/api/oidc/device/authorize",
            "introspection_endpoint": f"{internal}/api/oidc/introspect",
            "introspection_endpoint_auth_methods_supported": [
                *(method for method in client_auth.METHODS if method != "none"),
                "Bearer",
            ],
            "introspection_endpoint_auth_signing_alg_values_supported": _CLIENT_ALGORITHMS,
            "revocation_endpoint": f"{internal}/api/oidc/revoke",
            "revocation_endpoint_auth_methods_supported": list(client_auth.METHODS),
            "revocation_endpoint_auth_signing_alg_values_supported": _CLIENT_ALGORITHMS,
            "pushed_authorization_request_endpoint": f"{internal}/api/oidc/par",
            "userinfo_endpoint": f"{internal}/api/oidc/userinfo",
            "jwks_uri": f"{internal}/.well-known/jwks.json",
            "end_session_endpoint": f"{public}/api/oidc/end-session",
            "backchannel_logout_supported": True,
            "backchannel_logout_session_supported": True,
            "frontchannel_logout_supported": True,
            "frontchannel_logout_session_supported": True,
            "response_types_supported": ["code"],
            "response_modes_supported": list(responses.MODES),
            "grant_types_supported": list(GRANTS),
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": list(signing_keys.ALGORITHMS),
            "scopes_supported": list(SCOPES),
            "claims_supported": list(claims.SUPPORTED),
            "claims_parameter_supported": True,
            "acr_values_supported": [prompts.PHISHING_RESISTANT, prompts.HARDWARE_BOUND],
            "prompt_values_supported": sorted(prompts.PROMPTS),
            "token_endpoint_auth_methods_supported": list(client_auth.METHODS),
            "token_endpoint_auth_signing_alg_values_supported": _CLIENT_ALGORITHMS,
            "code_challenge_methods_supported": ["S256"],
            "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
            "request_parameter_supported": True,
            "request_object_signing_alg_values_supported": list(request_object.ALGORITHMS),
            "request_uri_parameter_supported": False,
            "authorization_response_iss_parameter_supported": True,
            "require_pushed_authorization_requests": False,
        }
    )
