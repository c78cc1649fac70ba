"""Real places, as people call them, in the filters of the look-up."""

import dataclasses
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.services import Services
from storage.catalogue.book import CatalogueBook
from storage.catalogue.edition import Edition, Stamp
from storage.search.catalogue import Catalogue
from storage.search.lexicon import lexicon
from storage.settings import StorageSettings
from storage.units.files import read_files
from storage.units.gazetteer import Gazetteer
from storage.units.record import Units

REAL = Path(__file__).parents[3] / "shared" / "data" / "units"
ROAD = "/v1/procedures"

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real units are not beside this checkout")


@pytest.fixture(scope="module")
def edition() -> Edition:
    """The real units, and no procedure."""
    gazetteer = Gazetteer(read_files([REAL], Units()))
    return Edition(stamp=Stamp(), catalogue=Catalogue([], lexicon(), version=0), gazetteer=gazetteer)


@pytest.fixture
def asked(app: FastAPI, services: Services, settings: StorageSettings, client: httpx.AsyncClient, edition):
    """Ask for a place."""
    book = CatalogueBook(settings, services.reading, look_seconds=3600, edition=edition)
    app.state.services = dataclasses.replace(services, catalogue=book)

    async def run(**place: str) -> httpx.Response:
        return await client.get(ROAD, params=place)

    yield run
    app.state.services = services


@pytest.mark.parametrize(
    ("place", "province", "commune"),
    [
        ({"province": "Hà Giang"}, "08", None),
        ({"province": "tinh binh duong"}, "79", None),
        ({"province": "Bà Rịa - Vũng Tàu"}, "79", None),
        ({"province": "Thừa Thiên - Huế"}, "46", None),
        ({"province": "Hoà Bình"}, "25", None),
        ({"province": "kontum"}, "51", None),
        ({"province": "Bắc Giang"}, "24", None),
        ({"province": "Bắc Cạn"}, "19", None),
        ({"province": "Hà Tây"}, "01", None),
        ({"commune": "phường Bến Nghé"}, "79", "26740"),
        ({"commune": "Dịch Vọng Hậu"}, "01", "00166"),
        ({"commune": "Nghĩa Tân Hà Nội"}, "01", "00160"),
        ({"commune": "P1, Q3, TPHCM"}, "79", "27154"),
        ({"commune": "Tân Lập, Bắc Giang"}, "24", "07594"),
        ({"commune": "Minh An", "province": "Quảng Nam"}, "48", "20410"),
        ({"commune": "thị trấn Sa Pa"}, "15", "03006"),
    ],
)
async def test_a_place_is_understood(asked, place: dict[str, str], province: str, commune: str | None):
    """Merged provinces, divided wards, other spellings: the units of today."""
    answer = await asked(**place)
    assert answer.status_code == 200, answer.text
    found = answer.json()["place"]
    assert (found["province"]["code"], found["commune"] and found["commune"]["code"]) == (province, commune)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ({"commune": "Tân Lập"}, ("19462 Xã Tân Lập, Tỉnh Quảng Trị", "24121 Phường Tân Lập")),
        ({"commune": "Quận 1, TP.HCM"}, ("26740 Phường Sài Gòn", "(Quận 1, Thành phố Hồ Chí Minh)")),
        ({"commune": "Hòa Bình"}, ("04795 Phường Hòa Bình, Tỉnh Phú Thọ", "Thành phố Hồ Chí Minh")),
        ({"commune": "Bến Thàn", "province": "Sài Gòn"}, ("Phường Bến Thành",)),
        ({"province": "Tây Bắc"}, ("Tỉnh Tây Ninh",)),
    ],
)
async def test_what_is_not_clear_is_told_with_what_may_be_meant(
    asked, place: dict[str, str], told: tuple[str, ...]
):
    """By code, with what each is in, and the former unit by which it was found."""
    answer = await asked(**place)
    assert answer.status_code == 422, answer.text
    (fault,) = answer.json()["errors"]
    for part in told:
        assert part in fault["detail"]
