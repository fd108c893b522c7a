"""Administration: an app that was not told of a sign-out is told again."""

from pocketid import client_ids, logouts
from pocketid.pages.addresses import row_id
from pocketid.request import Request
from pocketid.response import Response, redirect
from pocketid.text import _


def retry(request: Request, logout_id: str) -> Response:
    """Try it at once, and go back to the page of the person or the client."""
    told = logouts.retry(request, row_id(logout_id))
    if request.form.text("from") == "user" and told.user_id:
        back = f"/settings/admin/users/{told.user_id}"
    else:
        back = f"/settings/admin/oidc-clients/{client_ids.in_path(told.client_id)}"
    return redirect(f"{back}#logouts", flash=_("The app is being told again."))
