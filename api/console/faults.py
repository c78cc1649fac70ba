"""Problems below /console as pages in the frame, and the way to the sign-in for who has to."""

from fastapi import Request, Response

from api.console import fault_texts, language, paths
from api.console.frame import NO_TEXTS, see_other, show
from api.problem_texts import DETAILS, TITLES, word
from api.problems import Problem

_UNAUTHENTICATED = 401


def answer(problem: Problem, request: Request) -> Response:
    """Show a problem; lead who reads and is not signed in to the sign-in, and back afterwards."""
    if problem.status == _UNAUTHENTICATED and request.method in {"GET", "HEAD"}:
        return see_other(paths.sign_in(_asked(request)))
    services = request.app.state.services
    locale = language.peek(request, services)
    visitor = getattr(request.state, "visitor", None)
    title, detail = _worded(problem, locale)
    shown = show(
        request,
        "fault.html",
        locale,
        texts=NO_TEXTS,
        status=problem.status,
        visitor=visitor,
        title=title,
        detail=detail,
        reasons=[error.as_json(locale)["detail"] for error in problem.errors],
        signed_out=problem.status == _UNAUTHENTICATED,
    )
    own = {name.lower() for name in shown.headers}
    shown.headers.update({name: value for name, value in (problem.headers or {}).items() if name not in own})
    return shown


def _worded(problem: Problem, locale: str) -> tuple[str, str]:
    titles, details = TITLES | fault_texts.TITLES, DETAILS | fault_texts.DETAILS
    return (
        word(titles, problem.kind, locale, problem.params),
        word(details, problem.kind, locale, problem.params),
    )


def _asked(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
