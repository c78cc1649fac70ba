"""Entries of shared lists, read by the names of a deployment; and which portals may be sources of one list."""

import json
from datetime import date

import pytest

from api.connectors.dialect import NATIONAL
from api.connectors.portals.list_rules import AgencyNames, UnitNames
from api.connectors.portals.loading import PortalSettings
from api.connectors.pulling.agency_entries import read_row, rows_of
from api.connectors.pulling.agency_scope import Scope
from api.connectors.pulling.units import read_units
from storage.agencies.reading import AgencyView
from storage.errors import SettingsError
from storage.procedures.formats.faults import Fault, FileRefusedError
from tests.api.connectors.test_portal_settings import ENVIRONMENT, SESSION

UNIT, AGENCY = UnitNames(), AgencyNames()


def unit(code, name, parent=None, kind=None):
    """Return a unit as a portal lists it."""
    return {UNIT.code: code, UNIT.name: name, UNIT.parent: parent, UNIT.kind: kind}


@pytest.mark.parametrize(
    ("entry", "name", "short_name", "kind"),
    [
        (unit("00001", "Phường Ba Đình", "01"), "Phường Ba Đình", "Ba Đình", "Phường"),
        (unit("00001", "Ba Đình", "01", "Phường"), "Phường Ba Đình", "Ba Đình", "Phường"),
        (unit("00001", "đặc khu  Phú Quốc", "01", "Xã"), "đặc khu Phú Quốc", "Phú Quốc", "đặc khu"),
        (unit("01", "Thành phố Hà Nội"), "Thành phố Hà Nội", "Hà Nội", None),
        (unit("01", "Hà Nội"), "Hà Nội", "Hà Nội", None),
        (unit("01", "Hà Nội", "VN", "Thành phố"), "Thành phố Hà Nội", "Hà Nội", None),
    ],
    ids=str,
)
def test_a_unit_is_named_with_and_without_its_kind(entry, name, short_name, kind):
    """Whichever of them is told; nothing is above a province."""
    (found,) = read_units([entry], UNIT).values()
    assert (found.name, found.short_name, getattr(found, "kind", None)) == (name, short_name, kind)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (unit("1", "Phường A", "01"), UNIT.code),
        (unit(None, "Phường A", "01"), UNIT.code),
        (unit(1, "Phường A", "01"), None),
        (unit("00003", "", "01"), UNIT.name),
        (unit("00003", "Không có loại", "01"), UNIT.kind),
        (unit("00003", "Phường A"), UNIT.parent),
        (unit("00003", "Phường A", "Hà Nội"), UNIT.parent),
        (unit("00003", {"vi": "A"}, "01"), None),
        (unit("00003", "a\0", "01"), None),
        (unit("00001", "Phường khác", "01"), None),
        ({}, UNIT.code),
    ],
    ids=str,
)
def test_units_that_can_not_be_read_are_all_named(bad, field):
    """By their places in the list, and the fields of the deployment."""
    good = unit("00001", "Phường Một", "01")
    with pytest.raises(FileRefusedError) as refused:
        read_units([good, good, bad, bad], UNIT)
    assert [(one.number, one.field) for one in refused.value.faults] == [(3, field), (4, field)]


def agency(**fields):
    """Return an agency as a portal lists it."""
    return {AGENCY.code: "H26.4", AGENCY.name: "Sở Bốn", AGENCY.parent: "000.00.00.H26", **fields}


def read(*records):
    """Read entries of one agency."""
    (row,), unreadable = rows_of(records, AGENCY)
    assert unreadable == []
    return read_row(row, AGENCY, NATIONAL)


def test_an_agency_is_read_with_all_that_is_told():
    """Codes of either form, other codes in a list or a text, days as the portal writes them."""
    ending = {AGENCY.valid_from: "01/07/2025", AGENCY.valid_to: "20260630", AGENCY.successor: "000.00.00.H30"}
    found = read(agency(**{AGENCY.aliases: "H26.8; H26.9,"}, **ending))
    assert not isinstance(found, Fault)
    assert (found.code, found.parent, found.successor) == ("H26.4", "H26", "H30")
    assert [one.code for one in found.agency.aliases] == ["H26.8", "H26.9"]
    assert (found.term.valid_from, found.term.valid_to) == (date(2025, 7, 1), date(2026, 6, 30))


@pytest.mark.parametrize("nothing", [None, "", "00010101000000"])
def test_no_day_and_no_successor_is_no_term(nothing):
    """What systems write for no date says nothing."""
    fields = dict.fromkeys((AGENCY.valid_from, AGENCY.valid_to), nothing)
    assert read(agency(**fields)).term is None


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({AGENCY.name: ""}, AGENCY.name),
        ({AGENCY.name: "a\u0001"}, AGENCY.name),
        ({AGENCY.name: ["Sở"]}, AGENCY.name),
        ({AGENCY.aliases: ["?"]}, AGENCY.aliases),
        ({AGENCY.aliases: 5}, AGENCY.aliases),
        ({AGENCY.aliases: [{"Ma": "H26.9"}]}, AGENCY.aliases),
        ({AGENCY.valid_to: "hôm qua"}, AGENCY.valid_to),
        ({AGENCY.successor: "?"}, AGENCY.successor),
        ({AGENCY.parent: "?"}, AGENCY.parent),
        ({AGENCY.successor: "H30"}, AGENCY.valid_to),
        ({AGENCY.valid_from: "20250701", AGENCY.valid_to: "20250630"}, AGENCY.valid_to),
    ],
    ids=str,
)
def test_a_fault_of_an_agency_is_named_by_its_field(bad, field):
    """And by its place."""
    found = read(agency(**bad))
    assert isinstance(found, Fault)
    assert (found.number, found.field) == (1, field)


def test_an_agency_of_which_two_things_are_told_is_a_fault():
    """Told twice alike, it is none."""
    assert not isinstance(read(agency(), agency()), Fault)
    assert isinstance(read(agency(), agency(**{AGENCY.name: "Khác"})), Fault)


def test_a_long_chain_of_agencies_is_put_in_order():
    """Parents before their children, however deep a hostile list goes, and in no more time than it is long."""
    records = [
        agency(**{AGENCY.code: f"H26.{number + 1}", AGENCY.parent: f"H26.{number}"})
        for number in reversed(range(1, 20_000))
    ]
    rows, _ = rows_of(records, AGENCY)
    view = AgencyView(
        code="H26.1",
        name="Sở Một",
        parent=None,
        valid_from=None,
        valid_to=None,
        successor=None,
        in_force=True,
        aliases=[],
        alias_days={},
        clients=[],
    )
    scope = Scope(tops={"H26"}, known={"H26.1": view}, bearable={"H26"}, own={}, foreign=())
    assert [row.code for row in scope.of(rows)] == [f"H26.{number}" for number in range(2, 20_001)]


def source(*agencies, offers=("agencies",), hours=24):
    """Describe a source of lists."""
    return SESSION | {"agencies": list(agencies), "offers": list(offers), "pull": {"lists_hours": hours}}


def described(*deployments):
    """Read a description of deployments."""
    told = {f"cong-{number}": one for number, one in enumerate(deployments, start=1)}
    settings = PortalSettings(portals=json.dumps(told), portals_file=None)
    return settings.deployments(development=False, environment=ENVIRONMENT)


@pytest.mark.parametrize(
    "other",
    [
        source("H26"),
        source("H26.1"),
        source("G01", "000.00.00.H26"),
        source("H30", offers=["units"]),
    ],
    ids=str,
)
def test_one_portal_alone_is_the_source_of_a_list(other):
    """Of one agency, be it named or below one that is; of units, whosever they are."""
    with pytest.raises(
        SettingsError, match=r"cong-2: pull\.lists_hours: .* · cong-1 is the source"
    ) as refused:
        described(source("H26", offers=["units", "agencies"]), other)
    assert len(str(refused.value).splitlines()) == 1


def test_sources_of_different_lists_stand_together():
    """And portals that offer a list, but are no source of ours."""
    others = [source("H2"), source("H260"), source("H26", offers=["dossier"]), source("H26", hours=None)]
    assert len(described(source("H26", offers=["units", "agencies"]), *others)) == 5
