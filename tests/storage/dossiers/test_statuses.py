"""The table of transitions."""

import pytest

from storage.dossiers.statuses import ALLOWED, AWAITING_CITIZEN, ENDED, FINAL, DossierStatus, is_allowed


def reachable(start):
    """Return every status that can be reached from one."""
    seen, ahead = set(), [start]
    while ahead:
        for status in ALLOWED[ahead.pop()] - seen:
            seen.add(status)
            ahead.append(status)
    return seen


def test_every_status_has_a_row_and_names():
    """The table is whole, and each status is named in both languages, differently from all others."""
    assert set(ALLOWED) == {None, *DossierStatus}
    assert [status.value for status in DossierStatus] == list(range(1, 11))
    assert len({status.vietnamese for status in DossierStatus}) == 10
    assert len({status.english for status in DossierStatus}) == 10
    assert DossierStatus(5).vietnamese == "Yêu cầu bổ sung giấy tờ"


def test_final_is_exactly_what_nothing_follows():
    """The set of final statuses and the table say the same."""
    assert {status for status in DossierStatus if not ALLOWED[status]} == FINAL == {3, 8, 10}
    assert {9, *FINAL} == ENDED


def test_every_status_lies_on_a_way_from_the_start_to_an_end():
    """No status is out of reach, and from none is there no way out."""
    assert reachable(None) == set(DossierStatus)
    assert all(reachable(status) & FINAL for status in set(DossierStatus) - FINAL)


@pytest.mark.parametrize("status", DossierStatus)
def test_only_work_and_waiting_have_steps(status):
    """A status may follow itself only where a further step within it makes sense."""
    assert is_allowed(status, status) is (status in {DossierStatus.IN_PROCESS} | AWAITING_CITIZEN)


@pytest.mark.parametrize(
    "path",
    [
        (1, 2, 4, 9, 10),
        (2, 4, 5, 4, 6, 4, 9, 10),
        (1, 5, 1, 5, 3),
        (1, 7, 8),
        (2, 10),
        (2, 4, 4, 7, 4, 10),
        (4, 6, 9, 10),
    ],
)
def test_real_lives_of_dossiers_are_allowed(path):
    """The ways that dossiers really go raise no contradiction."""
    assert all(
        is_allowed(before, DossierStatus(after)) for before, after in zip((None, *path), path, strict=False)
    )


@pytest.mark.parametrize(
    ("before", "after"), [(None, 10), (2, 1), (2, 3), (5, 9), (9, 4), (10, 9), (8, 4), (1, 10)]
)
def test_what_cannot_be_is_not_allowed(before, after):
    """A step that must have gone missing, or a way back from an end, is a contradiction."""
    assert not is_allowed(before and DossierStatus(before), DossierStatus(after))
