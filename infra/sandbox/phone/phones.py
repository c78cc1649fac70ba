"""Whose phone it is: who holds which device token, and all addresses of a person."""

from collections.abc import Callable, Collection, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.sandbox.people import Account

KEPT = 10_000

Subscribers = Callable[[str], Collection[str]]  # the device tokens on a topic
Followed = Callable[[str], Collection[str]]  # the topics that a device token is on

_TOPIC = "/topics/"


class Phones:
    """Every device token that somebody is known to hold, the oldest forgotten first."""

    def __init__(
        self, *, accounts: Mapping[str, Account], subscribers: Subscribers, followed: Followed
    ) -> None:
        self._accounts = accounts
        self._subscribers = subscribers
        self._followed = followed
        self._holders: dict[str, str] = {}

    def routes(self) -> list[Route]:
        """Return the routes, with full paths."""
        return [Route("/sandbox/phones/{token}", self.put, methods=["PUT"])]

    def hand_to(self, account: Account, token: str) -> None:
        """Note that from now on, and for what came before, this token is that person's phone."""
        self._holders.pop(token, None)
        self._holders[token] = account.sub
        if len(self._holders) > KEPT:
            del self._holders[next(iter(self._holders))]

    def held_by(self, account: Account) -> int:
        """Return how many phones with the app a person has."""
        return list(self._holders.values()).count(account.sub)

    def topics_of(self, account: Account) -> list[str]:
        """Return the topics that a person's phones follow."""
        held = [token for token, sub in self._holders.items() if sub == account.sub]
        return sorted({topic for token in held for topic in self._followed(token)})

    def addresses_of(self, account: Account) -> "Addresses":
        """Return all addresses of a person, those included that are yet to come."""
        return Addresses(account, self._holders, self._subscribers)

    async def put(self, request: Request) -> Response:
        """Tell whose phone a token is, for an app that is not the sandbox's own: `{"account": sub}`."""
        try:
            account = self._accounts.get((await request.json())["account"])
        except (ValueError, TypeError, KeyError):
            account = None
        if account is None:
            return JSONResponse(
                {"detail": ["account: nobody in /sandbox/people is called so"]}, status_code=422
            )
        self.hand_to(account, request.path_params["token"])
        return Response(status_code=204)


class Addresses:
    """The addresses of one person, as each channel writes them; asked with `in`."""

    def __init__(self, account: Account, holders: Mapping[str, str], subscribers: Subscribers) -> None:
        self._sub = account.sub
        self._contacts = {account.email, account.phone, account.phone.removeprefix("+")}
        self._holders = holders
        self._subscribers = subscribers

    def __contains__(self, address: object) -> bool:
        if not isinstance(address, str):
            return False
        if address.startswith(_TOPIC):
            return any(self._holds(token) for token in self._subscribers(address.removeprefix(_TOPIC)))
        return address in self._contacts or self._holds(address)

    def _holds(self, token: str) -> bool:
        return self._holders.get(token) == self._sub
