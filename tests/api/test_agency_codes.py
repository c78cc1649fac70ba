"""Every door takes every form of an agency's code, and a code that was given on as of its day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.connectors.pulling.keeping import Keeping
from api.services import Services
from storage.agencies.naming import Alias
from storage.agencies.repository import AgencyRecord, Term, put, resolve, set_terms
from storage.dossiers.working_days import VIETNAM
from storage.engine import Engine
from storage.procedures import repository as procedures
from tests.api.callers import Agency, Citizen, MakeAgency
from tests.api.complaints.filing import Filer
from tests.api.conftest import PROCEDURE
from tests.api.questions.asking import Asker
from tests.api.recording.linking import linked
from tests.api.results.handing import Office, letter, said
from tests.api.telling import CODE, event, states, tell

FORMS = ["H26.01", " h26.01 ", "H26.01.00.000", "000.00.01.H26", "G09.7", "000.00.007.G09"]
"""The new form, as people type it, with its zeros; the old form; an older code of the ward, in either form."""
TODAY = datetime.now(VIETNAM).date()
OLD, HEIR = "H26.5", "H26.55"
MERGED = TODAY - timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Who calls at them: an agency above the ward that is named, and a citizen."""

    client: httpx.AsyncClient
    services: Services
    engine: Engine
    agency: Agency
    citizen: Citizen

    async def event(self, form: str) -> str:
        """Tell of a dossier of the ward."""
        told = await tell(self.client, self.agency, event("e-1", agency_code=form))
        assert told.status_code == 201, told.text
        return await self.whose()

    async def new_dossier(self, form: str) -> str:
        """Tell of a dossier whose own code names the ward."""
        named = f"{form.strip()}-261121-0001"
        told = await tell(self.client, self.agency, event("e-1", dossier_code=named))
        assert told.status_code == 201, told.text
        return await self.whose()

    async def pulled(self, form: str) -> str:
        """Read of a dossier of the ward at a portal, which names agencies by codes of dossiers."""
        record = {
            "MaHoSo": f"{form.strip()}-261121-0001",
            "MaTTHC": PROCEDURE.code,
            "TrangThaiHoSo": "1",
            "NgayNopHoSo": "20261121090000",
            "SoGiayToChuHoSo": self.citizen.number,
            "ChuHoSo": self.citizen.name,
        }
        async with linked(self.services, timedelta(days=30)) as link:
            kept = await Keeping(link).keep([record])
        assert list(kept.strays) == []
        return await self.whose()

    async def particulars(self, form: str) -> str:
        """State a dossier of the ward, whole."""
        first = event("e-1")
        body = {name: first[name] for name in ("procedure_code", "applicant")} | {
            "agency_code": form,
            "events": [{name: first[name] for name in ("event_id", "dossier_code", "status", "occurred_at")}],
        }
        told = await self.client.put(f"/v1/agency/dossiers/{CODE}", json=body, headers=self.agency.headers)
        assert told.is_success, told.text
        return await self.whose()

    async def result(self, form: str) -> str:
        """Hand over a paper that the ward issued."""
        office = Office(client=self.client, agency=self.agency)
        owner = {"number": self.citizen.number, "name": self.citizen.name}
        answer = await office.hand_over(said(owner=owner, agency_code=form), letter())
        assert answer.status_code == 201, answer.text
        return await self.one("SELECT agency_code FROM document")

    async def question(self, form: str) -> str:
        """Ask the ward."""
        return str(
            (await Asker(client=self.client, citizen=self.citizen).ask(agency_code=form))["agency"]["code"]
        )

    async def complaint(self, form: str) -> str:
        """Complain about the ward."""
        filed = await Filer(client=self.client, citizen=self.citizen).file(agency_code=form)
        return str(filed["agency"]["code"])

    async def description(self, form: str) -> str:
        """Look the ward up."""
        answer = await self.client.get(f"/v1/agencies/{form}")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["code"])

    async def directory(self, form: str) -> str:
        """Find the ward among all agencies."""
        (found,) = (await self.client.get("/v1/agencies", params={"q": form})).json()["items"]
        return str(found["code"])

    async def ratings(self, form: str) -> str:
        """Read how the ward is rated."""
        answer = await self.client.get(f"/v1/agencies/{form}/ratings", params={"month": f"{TODAY:%Y-%m}"})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["agency"]["code"])

    async def whose(self) -> str:
        """Return whose the only dossier is."""
        return await self.one("SELECT a.code FROM dossier d JOIN agency a ON a.id = d.agency_id")

    async def one(self, query: str) -> str:
        """Return the only value."""
        async with self.engine.pool.connect() as connection:
            return str((await connection.exec_driver_sql(query)).scalar_one())


Door = Callable[[Doors, str], Awaitable[str]]
ALL: dict[str, Door] = {
    name: getattr(Doors, name)
    for name in (
        *("event", "new_dossier", "pulled", "particulars", "result"),
        *("question", "complaint", "description", "directory", "ratings"),
    )
}


@pytest.fixture
async def doors(
    client: httpx.AsyncClient, services: Services, engine: Engine, make_agency: MakeAgency, citizen: Citizen
) -> Doors:
    """A province with a ward that has an older code."""
    province = await make_agency("H26", scopes=frozenset({"events", "results"}))
    async with services.unit_of_work() as uow:
        await procedures.put(uow, [PROCEDURE], author="test", source="test", whole=False)
        ward = AgencyRecord(
            code="H26.01", name="Phường", parent="H26", aliases=(Alias(code="G09.7"), Alias(code="G09.007"))
        )
        await put(uow, [ward])
        await uow.commit()
    services.agencies.forget()
    return Doors(client=client, services=services, engine=engine, agency=province, citizen=citizen)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("door", ALL)
async def test_every_door_takes_every_form(doors: Doors, door: str, form: str) -> None:
    """And leads to the one agency, under its own code."""
    assert await ALL[door](doors, form) == "H26.01"


async def test_a_code_that_was_given_on_is_taken_as_of_the_fact(
    doors: Doors, services: Services, client: httpx.AsyncClient, citizen: Citizen
) -> None:
    """What happened before is the old agency's, what happened since the new one's, and the dossier is one."""
    await _merge(services)
    before = event("e-1", 2, occurred_at=_noon(MERGED - timedelta(days=1)), agency_code=OLD)
    after = event("e-2", 4, occurred_at=_noon(MERGED), agency_code=OLD)
    for told in (after, before):
        answer = await tell(client, doors.agency, told | {"applicant": _named(citizen)})
        assert answer.status_code == 201, answer.text
    assert len(await states(doors.engine)) == 1
    shown = (await client.get(f"/v1/dossiers/{CODE}", headers=citizen.headers)).json()
    assert (shown["first_agency"]["code"], shown["agency"]["code"]) == (OLD, HEIR)


@pytest.mark.parametrize("code", [OLD, HEIR, f"000.00.5.{OLD[:3]}"])
async def test_a_dossier_goes_on_through_a_merger(
    doors: Doors, services: Services, client: httpx.AsyncClient, citizen: Citizen, code: str
) -> None:
    """Told under the old code, the new one or the successor's, it is one dossier, at first the old agency's."""
    async with services.unit_of_work() as uow:
        await put(uow, [AgencyRecord(code=OLD, name="Phường Cũ", parent="H26")])
        await uow.commit()
    first = event("e-1", 2, dossier_code=f"{OLD}-261121-0001", applicant=_named(citizen))
    assert (await tell(client, doors.agency, first)).status_code == 201
    await _merge(services)
    later = event("e-2", 4, 47, dossier_code=f"{OLD}-261121-0001", agency_code=code)
    answer = await tell(client, doors.agency, later | {"applicant": _named(citizen)})
    assert answer.status_code == 201, answer.text
    shown = (await client.get(f"/v1/dossiers/{OLD}-261121-0001", headers=citizen.headers)).json()
    assert [one["status"]["code"] for one in shown["timeline"]] == [2, 4]
    assert (shown["first_agency"]["code"], shown["agency"]["code"]) == (OLD, HEIR)


async def _merge(services: Services) -> None:
    """Have one ward end in another one, which takes its code over."""
    async with services.unit_of_work() as uow:
        heir = AgencyRecord(
            code=HEIR, name="Phường Mới", parent="H26", aliases=(Alias(code=OLD, valid_from=MERGED),)
        )
        await put(uow, [AgencyRecord(code=OLD, name="Phường Cũ", parent="H26"), heir])
        await set_terms(uow, [Term(code=OLD, valid_to=MERGED - timedelta(days=1), successor=HEIR)])
        assert (await resolve(uow, [OLD]))[OLD].code == HEIR
        await uow.commit()
    services.authority._kept.clear()  # as after five seconds


def _noon(day: Any) -> str:
    return datetime(day.year, day.month, day.day, 0, 30, tzinfo=VIETNAM).astimezone(UTC).isoformat()


def _named(citizen: Citizen) -> dict[str, str]:
    return {"kind": citizen.kind.value, "number": citizen.number, "name": citizen.name}
