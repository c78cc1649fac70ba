"""What a report says, and by what it is known again."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.reports.content import AgencyMonth, MonthReport, key_of, told, within
from storage.reports.kinds import EVERYBODY
from storage.scores.points import Counts
from storage.scores.publishing import AgencyName, lines
from tests.storage.reports.making import digest, report


def test_it_is_kept_as_it_is() -> None:
    """Through JSON and back, to the last digit, with the same digest."""
    said = report()
    kept = MonthReport.model_validate(said.model_dump(mode="json"))
    assert kept == said
    assert digest(kept) == digest(said)
    assert kept.agencies[1].points == Decimal("38.88")


@given(st.sampled_from(["dossiers", "online", "conversations", "ratings", "complaints"]), st.integers(5, 99))
def test_whatever_changes_is_another_report(name: str, count: int) -> None:
    """The digest tells any number from any other, and a hidden one from none."""
    changed = report(**{name: 100 + count})
    assert digest(changed) != digest(report())
    assert digest(report(**{name: None})) != digest(report(**{name: 0}))


def test_content_that_comes_back_is_another_report() -> None:
    """A third report that says what the first one said has a key of its own, else nobody would hear of it."""
    same = digest(report())
    keys = {key_of(same, number) for number in range(1, 30)}
    assert len(keys) == 29
    assert {len(key) for key in keys} == {64}
    assert key_of(same, 1) in keys


@given(st.integers(0, 50))
def test_small_counts_are_not_told(count: int) -> None:
    """Of one to four nothing is said; none is none, and five are five."""
    assert told(count) == (None if 1 <= count <= 4 else count)


def test_a_scope_has_its_own_line_first_and_all_below() -> None:
    """An agency's report says the same of it and those below as the country's does, and of nobody else."""
    city, ward, town, other = (uuid4() for _ in range(4))
    agencies = [
        AgencyName(id=town, code="A1", name="Town", parent_id=ward),
        AgencyName(id=city, code="H26", name="City", parent_id=None),
        AgencyName(id=ward, code="H26.1", name="Ward", parent_id=city),
        AgencyName(id=other, code="H27", name="Other", parent_id=None),
    ]
    counts = Counts(ended=9, judged=9, on_time=8)
    found = lines(agencies, dict.fromkeys((ward, town, other), counts))
    chosen = within(found, agencies, "H26")
    assert [line.agency.code for line in chosen if line.agency] == ["H26", "A1", "H26.1"]
    assert all(line in found for line in chosen)
    assert within(found, agencies, EVERYBODY) == found
    assert within(found, agencies, "H99") == []
    country = AgencyMonth.of(found[0])
    assert (country.code, country.dossiers) == (None, 27)


def test_a_report_is_of_its_parts_alone() -> None:
    """What is kept and is no report is not taken for one."""
    with pytest.raises(ValueError, match="extra"):
        MonthReport.model_validate(report().model_dump(mode="json") | {"more": 1})
    assert report().month == date(2026, 9, 1)
