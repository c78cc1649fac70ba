"""The session interface: a call that opens a session, then one address for all services."""

from typing import Any

from api.connectors.portals.deployment import Service, SessionDeployment
from api.connectors.portals.outcomes import Meaning, understand
from api.connectors.portals.style import Call, Credential, credential_of, not_admitted
from api.connectors.portals.wire import Asked, Said

_UPDATING = {Service.REPORT: "false", Service.UPDATE: "true"}


class SessionStyle:
    """A `style.Style`. The session is a secret: it stands in bodies alone."""

    def __init__(self, deployment: SessionDeployment) -> None:
        self._deployment, self._names = deployment, deployment.request

    def sign_in(self) -> Asked:
        """Ask for a session."""
        names, deployment = self._names, self._deployment
        body = {
            names.username: deployment.username.get_secret_value(),
            names.password: deployment.password.get_secret_value(),
            names.unit: deployment.unit,
        }
        return Asked(url=deployment.sign_in_url, json=body)

    def read_credential(self, said: Said) -> Credential:
        """Return the session. Raises NotLetInError or UnavailableError."""
        deployment = self._deployment
        understood = understand(said, deployment.answer, deployment.answers)
        told = understood.body.get(deployment.answer.credential)
        credential = credential_of(told, deployment.session_seconds)
        if understood.meaning is not Meaning.DONE or credential is None:
            raise not_admitted(understood, given=credential is not None)
        return credential

    def word(self, call: Call, secret: str) -> Asked:
        """Word a call."""
        names, deployment = self._names, self._deployment
        body: dict[str, Any] = {
            names.session: secret,
            names.unit: deployment.unit,
            names.service: deployment.services[call.service],
            names.data: call.data,
        }
        if call.service in _UPDATING:
            body[names.updating] = _UPDATING[call.service]
        return Asked(url=deployment.url, json=body)
