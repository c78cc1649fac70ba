"""The page on which a form is answered."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from infra.sandbox.credentials import VNFORM
from infra.sandbox.pages import render
from infra.sandbox.vnform import links
from infra.sandbox.vnform.shelf import Shelf


class Page:
    """Endpoints below /vnform/f."""

    def __init__(self, *, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [
            Route("/vnform/f/{form_id}", self.show, methods=["GET"]),
            Route("/vnform/f/{form_id}", self.send, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show a form, if the link is sound that leads to it."""
        made = self._shelf.find(request.path_params["form_id"])
        if made is None:
            return _told(request, "unknown", 404)
        try:
            links.read(VNFORM.link_key, made.id, request.query_params)
        except links.NotSignedError:
            return _told(request, "forged", 403)
        return render(request, "vnform.html", form=made.form, wrong=[], said={})

    async def send(self, request: Request) -> Response:
        """Take answers in, once from each respondent that a link names."""
        made = self._shelf.find(request.path_params["form_id"])
        if made is None:
            return _told(request, "unknown", 404)
        try:
            told = links.read(VNFORM.link_key, made.id, request.query_params)
        except links.NotSignedError:
            return _told(request, "forged", 403)
        async with request.form(max_fields=400, max_files=0) as sent:
            said = {name: [value for value in sent.getlist(name) if isinstance(value, str)] for name in sent}
        answers, wrong = made.form.read(said)
        if wrong:
            return render(request, "vnform.html", status=422, form=made.form, wrong=wrong, said=said)
        first = self._shelf.answer(made, answers, told)
        return _told(request, "thanks" if first else "twice", 200 if first else 409)


def _told(request: Request, what: str, status: int) -> Response:
    return render(request, "vnform_told.html", status=status, what=what)
