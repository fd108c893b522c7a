"""Invitations from a CSV file: upload, what is wrong with it, confirmation, and the links to hand over."""

from http import HTTPStatus

from pocketid import invitation_imports, invitation_rules, invitations, outbox
from pocketid.errors import Invalid
from pocketid.invitation_imports import Import
from pocketid.invitation_rules import Terms
from pocketid.pages.addresses import row_id
from pocketid.pages.admin_invitations import LIST
from pocketid.paging import Paging, from_query
from pocketid.request import Request
from pocketid.response import NO_STORE, Response, file, page, redirect
from pocketid.text import _

_UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
_PROBLEMS_A_PAGE = 50
_EXAMPLES = 5


def new(request: Request) -> Response:
    """The form for a file."""
    return _form(request, Terms(by_mail=outbox.is_ready(request)))


def upload(request: Request) -> Response:
    """Keep the file, and go on to what is in it; nobody is invited yet."""
    terms, sent = Terms.from_form(request.form), request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid({"file": _("Please choose a file first.")})
        import_id = invitation_imports.keep(request, sent.content, terms)
    except Invalid as invalid:
        return _form(request, terms, invalid.fields)
    return redirect(f"{LIST}/import/{import_id}")


def show(request: Request, import_id: str) -> Response:
    """What is in the file; or what became of it."""
    return _show(request, invitation_imports.get(request, row_id(import_id)))


def confirm(request: Request, import_id: str) -> Response:
    """Invite everybody in the file."""
    try:
        kept = invitation_imports.confirm(request, row_id(import_id))
    except Invalid as invalid:
        return _show(request, invitation_imports.get(request, row_id(import_id)), invalid.message)
    return redirect(f"{LIST}/import/{kept.id}")


def download(request: Request, import_id: str) -> Response:
    """The links to hand over, as a file."""
    content = invitation_imports.links(request, row_id(import_id))
    disposition = {"Content-Disposition": 'attachment; filename="invitations.csv"'}
    return file(content, "text/csv; charset=utf-8", headers=disposition | NO_STORE)


def _form(request: Request, terms: Terms, errors: dict[str, str] | None = None) -> Response:
    return page(
        "admin/invitations/import",
        status=_UNPROCESSABLE if errors else HTTPStatus.OK,
        terms=terms,
        errors=errors or {},
        columns=invitation_imports.COLUMNS,
        most=invitation_imports.MOST_ROWS,
        clients=invitation_rules.landings(request.db),
        days=invitation_rules.DAYS,
        has_mail=outbox.is_ready(request),
    )


def _show(request: Request, kept: Import, problem: str | None = None) -> Response:
    if kept.content is None:
        return page("admin/invitations/imported", kept=kept)
    planned = invitation_imports.plan(request, kept.content, invitation_imports.terms_of(kept))
    paging: Paging = from_query(request.query, len(planned.problems), _PROBLEMS_A_PAGE)
    with_mail = kept.by_mail and outbox.is_ready(request)
    return page(
        "admin/invitations/plan",
        status=_UNPROCESSABLE if problem else HTTPStatus.OK,
        kept=kept,
        total=len(planned.changes),
        mailed=sum(change.email is not None for change in planned.changes) if with_mail else 0,
        examples=planned.changes[:_EXAMPLES],
        name_of=invitations.name_of,
        problems=planned.problems[paging.offset : paging.offset + paging.size],
        lines=len({found.line for found in planned.problems}),
        ignored=planned.ignored,
        paging=paging,
        problem=problem,
    )
