"""A citizen chooses the clock by which messages keep quiet."""

from typing import Any

import httpx
import pytest

from api.services import Services
from tests.api.callers import Citizen
from tests.api.proving import problem


async def test_the_clock_of_a_party_can_be_chosen(
    client: httpx.AsyncClient, services: Services, citizen: Citizen
) -> None:
    """By itself or with the language; what is not named stays."""
    headers = citizen.headers
    answer = await client.patch("/v1/me", json={"time_zone": "Europe/Paris"}, headers=headers)
    assert (answer.status_code, answer.json()["time_zone"], answer.json()["locale"]) == (
        200,
        "Europe/Paris",
        "vi",
    )
    await client.patch("/v1/me", json={"locale": "en"}, headers=headers)
    me = (await client.get("/v1/me", headers=headers)).json()
    assert (me["time_zone"], me["locale"]) == ("Europe/Paris", "en")
    async with services.reading() as reading:
        cursor = await (await reading.driver()).execute("SELECT time_zone FROM party")
        assert await cursor.fetchone() == ("Europe/Paris",)


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        ("Mars/Olympus", "unknown-time-zone"),
        ("asia/ho_chi_minh", "unknown-time-zone"),
        ("../../etc/passwd", "unknown-time-zone"),
        ("", "unknown-time-zone"),
        ("A" * 65, "string_too_long"),
        (7, "string_type"),
    ],
)
async def test_only_clocks_that_exist_are_kept(
    client: httpx.AsyncClient, citizen: Citizen, zone: Any, code: str
) -> None:
    """By the names of IANA."""
    answer = await client.patch("/v1/me", json={"time_zone": zone}, headers=citizen.headers)
    assert problem(answer) == (422, "validation", [("/time_zone", code)])
