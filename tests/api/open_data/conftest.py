"""A small country in which dossiers end."""

from datetime import date
from typing import Any

import pytest

from api.open_data import page, router
from api.open_data.trends import Trends
from api.services import Services
from storage.agencies.repository import AgencyRecord, put, resolve
from storage.ids import new_id
from storage.scores.models import DossierMeasure, ScoreMonth
from tests.api.open_data.keeping import ENDED, MONTH, NAME, Keep


@pytest.fixture(autouse=True)
def fresh_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the tests before is on the shelf, and pages wait for their trend however busy the machine is."""
    router.shelf.forget()
    monkeypatch.setattr(page, "trends", Trends(router.shelf, patience=60))


@pytest.fixture
async def keep(services: Services) -> Keep:
    """Keep so many measures of an agency in a month."""
    async with services.unit_of_work() as uow:
        names = {"H26": "Thành phố Hà Nội", "H26.1": NAME, "H26.2": "Phường Hàng Bạc", "H27": "Tỉnh khác"}
        await put(
            uow,
            [
                AgencyRecord(code=code, name=name, parent="H26" if "." in code else None)
                for code, name in names.items()
            ],
        )
        await uow.commit()

    async def run(code: str, count: int, month: date = MONTH, version: int = 1, **verdicts: Any) -> None:
        async with services.unit_of_work() as uow:
            agency_id = (await resolve(uow, [code]))[code].id
            for _ in range(count):
                row = {"dossier_id": new_id(), "agency_id": agency_id, "month": month, "ended_at": ENDED}
                uow.session.add(DossierMeasure(**row, **verdicts))
            await uow.session.merge(ScoreMonth(month=month, version=version))
            await uow.commit()

    return run
