"""When a portal is compared, by which rules, and what of two dossiers is the same: without a portal."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.connectors.dialect import VIETNAM
from api.connectors.portals.loading import PortalSettings
from api.connectors.portals.reconcile_rules import ReconcileRules
from api.connectors.reconciling.comparing import Comparison
from api.connectors.reconciling.theirs import Theirs, spelling
from storage.dossiers.statuses import DossierStatus
from storage.errors import SettingsError
from storage.ids import new_id
from storage.reconciliation.kinds import Action, Rule
from storage.reconciliation.ours import Ours

AT = datetime(2026, 11, 21, 9, tzinfo=VIETNAM)
DUE = datetime(2026, 11, 26, 17, tzinfo=VIETNAM)
OURS = Ours(
    id=new_id(),
    code="H26-261121-0001",
    agency_id=new_id(),
    agency_code="H26.1",
    status=DossierStatus.ACCEPTED,
    status_since=AT,
    due_at=DUE,
    procedure_code="1.001193",
    applicant=b"an",
    updated_at=AT,
)
THEIRS = Theirs(
    code=OURS.code,
    status=DossierStatus.ACCEPTED,
    since=AT,
    due=DUE,
    due_day=False,
    procedure="1.001193",
    agency=spelling("Phường Một"),
    applicant=b"an",
    record={},
)


def deployment(**given):
    """Describe a portal."""
    described = {
        "style": "session",
        "url": "http://127.0.0.1:9/",
        "sign_in_url": "http://127.0.0.1:9/",
        "unit": "H26",
        "agencies": ["H26"],
        "username_env": "NOBODY",
        "password_env": "NOBODY",
        "answers": {"success": ["00"]},
        "records": {
            "agencies": {"H26.1": "Phường  MỘT", "H26.2": "Phường Hai"},
            "procedures": {"2.000635": "TT-7"},
        },
    }
    settings = PortalSettings(portals=json.dumps({"quoc-gia": described | given}), portals_file=None)
    (found,) = settings.deployments(development=True, environment={"NOBODY": "nobody"})
    return found


def rules_of(ours=OURS, theirs=THEIRS, **given):
    """Compare, and return by which rules they differ."""
    return [one.rule for one in Comparison(deployment(**given)).differences(ours, theirs)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({}, {"due": None}),
        ({}, {"due": DUE.replace(hour=23, minute=59, second=59), "due_day": True}),
        ({}, {"procedure": None, "agency": None, "applicant": None}),
        ({}, {"procedure": "1.001193.000.00.00.H26"}),
        ({"procedure_code": "2.000635"}, {"procedure": "TT-7"}),
        ({"agency_code": "H26.3"}, {}),
        ({"status_since": AT - timedelta(hours=2)}, {}),
    ],
)
def test_what_a_portal_leaves_out_or_writes_in_its_own_way_is_no_difference(ours, theirs):
    """Absent fields, days alone, long codes, codes and names of its own."""
    assert rules_of(replace(OURS, **ours), replace(THEIRS, **theirs)) == []


@pytest.mark.parametrize(
    ("theirs", "rule"),
    [
        ({"status": DossierStatus.IN_PROCESS, "since": AT + timedelta(hours=1)}, Rule.STATUS_THEIRS_NEWER),
        ({"status": DossierStatus.REGISTERED, "since": AT - timedelta(hours=1)}, Rule.STATUS_OURS_NEWER),
        ({"status": DossierStatus.IN_PROCESS}, Rule.STATUS_SAME_TIME),
        ({"due": DUE + timedelta(days=1)}, Rule.DUE),
        ({"due": DUE + timedelta(days=1), "due_day": True}, Rule.DUE),
        ({"procedure": "2.000635"}, Rule.PROCEDURE),
        ({"procedure": "không phải mã"}, Rule.PROCEDURE),
        ({"agency": spelling("Phường Hai")}, Rule.AGENCY),
        ({"applicant": b"binh"}, Rule.APPLICANT),
    ],
)
def test_each_difference_has_its_rule(theirs, rule):
    """One thing differs, and is found alone."""
    assert rules_of(OURS, replace(THEIRS, **theirs)) == [rule]


def test_one_side_may_have_none():
    """Or neither, which is no difference."""
    assert rules_of(None) == [Rule.MISSING_HERE]
    assert rules_of(OURS, None) == [Rule.MISSING_THERE]
    assert rules_of(None, None) == []


def test_rules_are_checked_at_start():
    """Nothing is reported to a portal that takes no reports: by default it is left, and asked for it is refused."""
    reading = deployment(offers=["dossier", "changed"])
    (found,) = Comparison(reading).differences(OURS, None)
    assert found.action is Action.PERSON
    (found,) = Comparison(deployment()).differences(OURS, None)
    assert found.action is Action.REPORT
    for repair in ({"missing_there": "report"}, {"due": "report"}):
        with pytest.raises(SettingsError, match="report_dossier"):
            deployment(offers=["dossier", "changed"], reconcile={"repair": repair})
    for wrong in ({"missing_here": "report"}, {"status_ours_newer": "pull"}, {"applicant": "pull"}):
        with pytest.raises(SettingsError):
            deployment(reconcile={"repair": wrong})
    with pytest.raises(SettingsError):
        deployment(reconcile={"at": "25:00"})


@pytest.mark.parametrize(
    ("now", "last"),
    [
        ("2026-11-21T18:59:59", "2026-11-20T19:00:00"),
        ("2026-11-21T19:00:00", "2026-11-21T19:00:00"),
        ("2026-11-21T20:00:00", "2026-11-21T19:00:00"),
    ],
)
def test_it_is_time_each_day_by_the_clock_of_vietnam(now, last):
    """Two in the morning there is seven in the evening in UTC."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert ReconcileRules().last_time(moment) == datetime.fromisoformat(last).replace(tzinfo=UTC)
