"""Units in versions, and the files that they come in."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from storage.engine import libpq_url
from storage.procedures.formats.faults import FileRefusedError
from storage.settings import StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from storage.units import repository
from storage.units.comparing import UnitsShrunk, require_no_shrinkage
from storage.units.files import read_files
from storage.units.gazetteer import Gazetteer
from storage.units.record import Commune, FormerCommune, Province, Share, Units

REAL = Path(__file__).parents[4] / "shared/data/units"
PROVINCES = "provinceCode,province,provinceShort,provinceLat,provinceLon\n01,Thành phố Trung,Trung,21.5,105\n"
COMMUNES = (
    "provinceCode,province,provinceShort,wardCode,ward,wardShort,wardType,wardLat,wardLon,wardAreaKm2\n"
    "01,Thành phố Trung,Trung,00001,Phường Sông,Sông,Phường,,,2.97\n"
)
FORMER = (
    "old_province_code,old_province,old_district_code,old_district,old_ward_code,old_ward,"
    "new_province_code,new_province,new_ward_code,new_ward,kind\n"
    "03,Tỉnh Bắc,001,Huyện Núi,00009,Xã Suối,01,Thành phố Trung,00001,Phường Sông,part\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write files of units; return their folder."""

    def write(**files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / f"{name}.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


@pytest.fixture
def put(unit_of_work: Callable[[], UnitOfWork]):
    """Import and commit."""

    async def run(units: Units, author: str = "an") -> int:
        async with unit_of_work() as uow:
            number = await repository.put(uow, units, author=author, source="units")
            await uow.commit()
        return number

    return run


def test_files_are_told_apart_by_their_headings(folder):
    """Whatever they are called and in any order, packed with a mark of byte order; other columns are passed over."""
    units = read_files([folder(a=FORMER, b="\ufeff" + COMMUNES, c=PROVINCES)], Units())
    (province,), (commune,), (former,) = units.provinces, units.communes, units.former
    assert (province.short_name, province.latitude, province.longitude) == ("Trung", 21.5, 105)
    assert (commune.kind, commune.province_code, commune.latitude) == ("Phường", "01", None)
    assert (former.district, former.new_code, former.share) == ("Huyện Núi", "00001", Share.PART)


def test_what_no_file_has_stays(folder):
    """One file replaces its own part alone."""
    path = folder(a=FORMER, b=COMMUNES, c=PROVINCES)
    before = read_files([path], Units())
    (path / "c.csv").write_text(PROVINCES.replace("Trung,21", "Giữa,21"))
    after = read_files([path / "c.csv"], before)
    assert after.provinces[0].short_name == "Giữa"
    assert (after.communes, after.former) == (before.communes, before.former)


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({}, "holds no CSV file"),
        ({"a": "x,y\n1,2\n"}, "line 1: its columns must be old_province_code"),
        ({"a": ""}, "its columns must be"),
        ({"a": PROVINCES.splitlines()[0] + "\n"}, "it holds no unit (a.csv)"),
        ({"a": PROVINCES, "b": PROVINCES}, "b.csv holds provinces, and so does another file"),
        ({"a": PROVINCES + "01,Thành phố Khác,Khác,,\n"}, "line 3: 01 stands there already (a.csv)"),
        ({"a": PROVINCES + "02,Tỉnh\n"}, "line 3: it has 2 cells, and the heading 5 (a.csv)"),
        ({"a": PROVINCES + '02,"Tỉnh'}, "it is no row of a table (unexpected end of data) (a.csv)"),
        (
            {"a": PROVINCES + "2,Tỉnh Nam,Nam,,\n"},
            "line 3, provinceCode: it is not of the form ^[0-9]{2}$ (a.csv)",
        ),
        ({"a": PROVINCES + "02,,Nam,,\n"}, "line 3, province: it is missing"),
        ({"a": PROVINCES + "02,Tỉnh Nam,Nam,nan,\n"}, "line 3, provinceLat: it is no number"),
        ({"a": PROVINCES + "02,Tỉnh\0Nam,Nam,,\n"}, "line 3: it holds a character that can not be kept"),
        ({"a": PROVINCES.encode() + b"\xff"}, "line 3: it is not UTF-8 (a.csv)"),
        ({"a": COMMUNES}, "Phường Sông: there is no province 01"),
        ({"a": PROVINCES, "b": FORMER}, "Xã Suối: there is no commune 00001"),
        (
            {"a": PROVINCES, "b": COMMUNES, "c": FORMER.replace(",part", ",half")},
            "line 2, kind: it must be 'whole', 'part_default' or 'part' (c.csv)",
        ),
    ],
)
def test_files_that_can_not_be_used(folder, files: dict[str, str | bytes], fault: str):
    """File, line and column are named."""
    with pytest.raises(FileRefusedError) as refusal:
        read_files([folder(**files)], Units())
    assert any(fault in str(found) for found in refusal.value.faults)


async def test_versions(put, reading: Callable[[], Reading], folder):
    """What differs is a version, what does not is none; the newest is in force."""
    units = read_files([folder(a=FORMER, b=COMMUNES, c=PROVINCES)], Units())
    async with reading() as read:
        assert (await repository.version(read), await repository.load(read)) == (0, Units())
    assert await put(units) == 1
    assert await put(units) == 1
    more = (*units.provinces, Province(code="02", name="Tỉnh Nam", short_name="Nam"))
    assert await put(units.model_copy(update={"provinces": more}), author="bình") == 2
    async with reading() as read:
        assert await repository.version(read) == 2
        assert (await repository.load(read)).provinces == more
        newest, oldest = await repository.versions(read)
        assert (newest.number, newest.author, newest.provinces, newest.former) == (2, "bình", 2, 1)
        assert (oldest.number, oldest.provinces, oldest.communes) == (1, 1, 1)


@pytest.mark.parametrize("table", ["provinces", "communes", "former"])
def test_what_seems_to_have_been_cut(table: str):
    """More than 30% of any table gone is too much; three tenths and other names are not."""
    former = {"province_code": "03", "province": "B", "district_code": "001", "district": "N"}
    whole = {
        "provinces": [Province(code=f"{n:02}", name=f"Tỉnh {n}", short_name=f"{n}") for n in range(10)],
        "communes": [
            Commune(code=f"{n:05}", name="Xã", short_name="X", kind="Xã", province_code="01")
            for n in range(10)
        ],
        "former": [
            FormerCommune(**former, code="00009", name="Xã", new_code=f"{n:05}", share=Share.PART)
            for n in range(10)
        ],
    }
    before = Units(**whole)
    require_no_shrinkage(Units(), before)
    renamed = [unit.model_copy(update={"name": "Khác"}) for unit in whole[table]]
    require_no_shrinkage(before, before.model_copy(update={table: renamed[3:]}))
    with pytest.raises(UnitsShrunk) as refusal:
        require_no_shrinkage(before, before.model_copy(update={table: whole[table][4:]}))
    assert (refusal.value.table, refusal.value.gone, refusal.value.total) == (table, 4, 10)


async def test_a_version_never_changes(put, settings: StorageSettings, folder):
    """The database itself refuses it."""
    await put(read_files([folder(c=PROVINCES)], Units()))
    with (
        psycopg.connect(libpq_url(settings.require_database_url())) as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        connection.execute("UPDATE unit_version SET author = 'x'")


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no real units at {REAL}")
async def test_the_real_units(put, reading: Callable[[], Reading]):
    """All of them come in, and every former unit leads somewhere by its code and by its name."""
    units = read_files([REAL], Units())
    assert (len(units.provinces), len(units.communes), len(units.former)) == (34, 3321, 10597)
    assert await put(units) == 1
    async with reading() as read:
        gazetteer = Gazetteer(await repository.load(read))
    for row in units.former:
        place = f"{row.name}, {row.district}, {row.province}"
        assert row.new_code in {match.unit.code for match in gazetteer.find(place)}, place
