"""How tests consent, as an app does."""

from typing import Any

import httpx

from storage.consents.kinds import TERMS, ConsentPurpose
from tests.api.callers import Citizen

CONSENTS = "/v1/me/consents"
RECEIPTS = f"{CONSENTS}/{ConsentPurpose.READ_RECEIPTS.value}"


async def say(client: httpx.AsyncClient, citizen: Citizen, *, given: bool) -> dict[str, Any]:
    """Consent to the present words of read receipts, or withdraw; return how it stands then."""
    body: dict[str, Any] = {"given": given}
    if given:
        body["version"] = TERMS[ConsentPurpose.READ_RECEIPTS].version
    answer = await client.put(RECEIPTS, json=body, headers=citizen.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
