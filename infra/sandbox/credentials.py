"""The providers' credentials: made up, and the same after every start."""

import dataclasses
import hashlib


def _made_up(name: str, length: int = 32) -> str:
    """Return hexadecimal digits that follow from a name, in place of a secret."""
    return hashlib.sha256(f"tindan sandbox, {name}".encode()).hexdigest()[:length]


@dataclasses.dataclass(frozen=True, kw_only=True)
class TwilioAccount:
    """An account with Twilio; the names are those of Twilio's console."""

    account_sid: str
    auth_token: str
    messaging_service_sid: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class ZaloAccount:
    """An application and its official account (OA) with Zalo.

    Attributes:
        secret_key: The application's secret, for tokens.
        oa_secret: The official account's secret, for signatures of events.
    """

    app_id: str
    oa_id: str
    secret_key: str
    oa_secret: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class VnformAccount:
    """An agency's account with VNForm.

    Attributes:
        api_key: Shown by whoever calls the interface.
        link_key: Signs links that fill a form in before it is answered.
    """

    api_key: str
    link_key: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class EmcAccount:
    """A unit that reports to the measuring system, and what it shows."""

    unit: str
    key: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class PortalAccount:
    """An agency's account with the national portal, the same for both styles of its interface.

    Attributes:
        unit: The agency, as the portal knows it.
    """

    unit: str
    username: str
    password: str


TWILIO = TwilioAccount(
    account_sid=f"AC{_made_up('account')}",
    auth_token=_made_up("token"),
    messaging_service_sid=f"MG{_made_up('service')}",
)
ZALO = ZaloAccount(
    app_id="4000000000000000001",
    oa_id="4000000000000000002",
    secret_key=_made_up("application", 20),
    oa_secret=_made_up("official account", 40),
)
VNFORM = VnformAccount(api_key=_made_up("vnform"), link_key=_made_up("vnform links", 64))
EMC = EmcAccount(unit="TINDAN-01", key=_made_up("emc"))
PORTAL = PortalAccount(unit="000.00.00.H26", username="tindan", password=_made_up("portal"))
