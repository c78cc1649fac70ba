"""The phone's page: the list of what came, and what comes while somebody looks."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from infra.sandbox.outbox import Outbox
from infra.sandbox.pages import fragment, language_of, render
from infra.sandbox.people import Account
from infra.sandbox.phone.glance import glance
from infra.sandbox.phone.phones import Phones

SHOWN = 100
WAIT = 25  # seconds that a question for news stays open

_ALL = 1_000_000


class Screen:
    """Endpoints below /phone."""

    def __init__(self, *, accounts: Mapping[str, Account], outbox: Outbox, phones: Phones) -> None:
        self._accounts = accounts
        self._outbox = outbox
        self._phones = phones

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [Route("/phone", self.show), Route("/phone/news", self.news)]

    async def show(self, request: Request) -> Response:
        """Show what came so far, newest first; the page asks for news by itself if it may."""
        wanted = request.query_params.get("person", next(iter(self._accounts)))
        account = self._accounts.get(wanted)
        if account is None:
            return PlainTextResponse("Nobody in /sandbox/people is called so.", status_code=404)
        page = self._outbox.read(channel=None, to=self._phones.addresses_of(account), after=0, limit=_ALL)
        news = urlencode({"person": account.sub, "lang": language_of(request)})
        return render(
            request,
            "phone.html",
            script="phone.js",
            account=account,
            accounts=self._accounts.values(),
            devices=self._phones.held_by(account),
            topics=self._phones.topics_of(account),
            glances=[glance(one) for one in reversed(page.arrivals[-SHOWN:])],
            last=page.last,
            news=f"/phone/news?{news}",
        )

    async def news(self, request: Request) -> Response:
        """Answer with what came after a sequence, as soon as there is something; `X-Last` is the next one.

        One lower than what was asked for says that the sandbox began anew.
        """
        account = self._accounts.get(request.query_params.get("person", ""))
        after = request.query_params.get("after", "")
        if account is None or not after.isascii() or not after.isdigit():
            return PlainTextResponse("person and after are needed.", status_code=422)
        page = await self._outbox.read_when_there(
            channel=None,
            to=self._phones.addresses_of(account),
            after=int(after),
            limit=SHOWN,
            wait=WAIT if int(after) <= self._outbox.last else 0,
        )
        glances = [glance(one) for one in reversed(page.arrivals)]
        response = fragment(request, "phone_news.html", glances=glances)
        response.headers["X-Last"] = str(page.last)
        return response
