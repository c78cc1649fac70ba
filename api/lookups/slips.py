"""Receipt slips: what is handed to an applicant, so that a look-up needs no account."""

from urllib.parse import urlencode
from uuid import UUID

from api.lookups.schemas import Slip
from auth.principals import AgencyCaller, Citizen
from storage.agencies.codes import InvalidCode
from storage.dossiers import lookup
from storage.dossiers import reading as dossiers
from storage.dossiers.codes import normalise_dossier_code
from storage.dossiers.slips import SlipKeys, grouped
from storage.errors import NotFoundError
from storage.unit_of_work import Reading

PAGE = "/tra-cuu"
"""Where look-ups are made in a browser."""


class SlipMaker:
    """Makes slips for one request.

    Args:
        public_url: how browsers reach this service, without a slash at its end.
    """

    def __init__(self, reading: Reading, keys: SlipKeys, public_url: str) -> None:
        self._reading = reading
        self._keys = keys
        self._public_url = public_url

    async def for_owner(self, citizen: Citizen, code: str) -> Slip:
        """Return the slip of one of a citizen's dossiers. Raises NotFoundError."""
        known = _known(code)
        return self._slip(known, await dossiers.id_of(self._reading, citizen.party_id, known))

    async def for_agency(self, caller: AgencyCaller, code: str) -> Slip:
        """Return the slip of a dossier for which an agency may speak. Raises NotFoundError."""
        known = _known(code)
        return self._slip(known, await lookup.id_for_agency(self._reading, caller.agency_id, known))

    def _slip(self, code: str, dossier_id: UUID | None) -> Slip:
        if dossier_id is None:
            raise NotFoundError("dossier")
        secret = grouped(self._keys.secret_of(dossier_id))
        return Slip(code=code, secret=secret, url=f"{self._public_url}{PAGE}#{_fragment(code, secret)}")


def _fragment(code: str, secret: str) -> str:
    return urlencode({"c": code, "s": secret})


def _known(code: str) -> str:
    try:
        return normalise_dossier_code(code)
    except InvalidCode as error:
        raise NotFoundError("dossier") from error
