"""The newer interface: a bearer token (RFC 6749, 4.4; RFC 6750), and an address for each service."""

from http import HTTPStatus

from api.connectors.portals.deployment import TokenDeployment
from api.connectors.portals.outcomes import Meaning, understand
from api.connectors.portals.port import NotLetInError
from api.connectors.portals.style import Call, Credential, credential_of, not_admitted
from api.connectors.portals.wire import Asked, Said

_LONGEST_SECONDS = 86_400.0
_WRONG = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class TokenStyle:
    """A `style.Style`. The token is a secret: it stands in a header alone."""

    def __init__(self, deployment: TokenDeployment) -> None:
        self._deployment = deployment

    def sign_in(self) -> Asked:
        """Ask for a token."""
        deployment = self._deployment
        form = {
            "grant_type": "client_credentials",
            "client_id": deployment.username.get_secret_value(),
            "client_secret": deployment.password.get_secret_value(),
        }
        return Asked(url=deployment.sign_in_url, form=form)

    def read_credential(self, said: Said) -> Credential:
        """Return the token. Raises NotLetInError or UnavailableError."""
        deployment, names = self._deployment, self._deployment.answer
        body = said.body or {}
        credential = credential_of(body.get(names.credential), self._seconds(body.get(names.lasts)))
        if said.status == HTTPStatus.OK and credential is not None:
            return credential
        if said.status in _WRONG:
            raise NotLetInError(f"signing in: HTTP {said.status}")
        understood = understand(said, names, deployment.answers)
        raise not_admitted(understood, given=understood.meaning is Meaning.DONE)

    def word(self, call: Call, secret: str) -> Asked:
        """Word a call."""
        deployment, names = self._deployment, self._deployment.request
        return Asked(
            url=f"{deployment.url}/{deployment.services[call.service]}",
            json={names.unit: deployment.unit, names.data: call.data},
            headers={"authorization": f"Bearer {secret}"},
        )

    def _seconds(self, told: object) -> float:
        """Return how long a token is good; some say it as a text, some say nothing."""
        try:
            seconds = float(told) if isinstance(told, str | int | float) else 0.0
        except (ValueError, OverflowError):
            seconds = 0.0
        return min(seconds, _LONGEST_SECONDS) if seconds > 0 else self._deployment.session_seconds
