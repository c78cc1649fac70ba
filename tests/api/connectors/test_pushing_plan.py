"""What a portal is to be told of a dossier: whatever came before, each fact of others once, and none of its own."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.connectors.portals.deployment import AnyDeployment
from api.connectors.portals.loading import PortalSettings
from api.connectors.portals.port import Answer, Outcome
from api.connectors.pushing.outcomes import settled
from api.connectors.pushing.planning import plan
from api.connectors.pushing.telling import Told
from storage.dossiers.statuses import DossierStatus
from storage.parties.kinds import PartyKind
from storage.portal_reports.kinds import ReportState
from storage.portal_reports.reading import Applicant, KnownDossier, KnownFact
from storage.portal_reports.sending import Settled, Standing

START = datetime(2026, 11, 20, 1, tzinfo=UTC)
PORTAL, AGENCY, OTHER = "portal:quoc-gia", "agency", "portal:khac"
tellers = st.lists(st.sampled_from([PORTAL, AGENCY, OTHER]), max_size=8)
parts = st.sets(st.integers(0, 7))


def deployment(**told: object) -> AnyDeployment:
    """Describe the portal."""
    described = {
        "style": "session",
        "url": "https://portal.example/x",
        "sign_in_url": "https://portal.example/x",
        "unit": "H26",
        "agencies": ["H26"],
        "username_env": "U",
        "password_env": "P",
        "answers": {"success": ["00"]},
    }
    settings = PortalSettings(portals=json.dumps({"quoc-gia": described | told}), portals_file=None)
    (found,) = settings.deployments(development=False, environment={"U": "u", "P": "p"})
    return found


def digest(text: str) -> bytes:
    """Stand for a keyed hash."""
    return sha256(text.encode()).digest()


def dossier(told_by: Sequence[str]) -> KnownDossier:
    """Return a dossier, its facts an hour apart and told by these."""
    return KnownDossier(
        code="H26-261121-0001",
        agency_id=UUID(int=1),
        agency_code="H26",
        procedure_code="1.001193",
        procedure=None,
        channel=2,
        summary="Khai sinh",
        applicant=Applicant(
            kind=PartyKind.PERSON, number="001190000001", name="An", email=None, phone="+84912345678"
        ),
        facts=tuple(
            KnownFact(
                id=UUID(int=number),
                client_id=by,
                status=DossierStatus.IN_PROCESS,
                occurred_at=START + timedelta(hours=number),
                step=f"Bước {number}",
                note="ghi chú",
                due_at=None,
            )
            for number, by in enumerate(told_by)
        ),
    )


@given(told_by=tellers, told=parts, refused=parts, doubted=parts)
def test_each_fact_of_others_goes_once_and_in_order(
    told_by: list[str], told: set[int], refused: set[int], doubted: set[int]
) -> None:
    """What the portal told, has, or refused is left out; what is in doubt is marked."""
    standing = Standing(
        told_events=frozenset(map(fact_id, told)),
        refused_events=frozenset(map(fact_id, refused - told)),
        doubted_events=frozenset(map(fact_id, doubted - told - refused)),
    )
    made = plan(dossier(told_by), standing, deployment(), digest)
    wanted = [n for n, by in enumerate(told_by) if by != PORTAL and n not in told | refused]
    assert [step.fact_id.int for step in made.steps] == wanted
    assert {step.fact_id.int for step in made.steps if step.doubted} == doubted & set(wanted)


@given(told_by=tellers)
def test_the_dossier_goes_while_the_last_word_is_not_the_portals(told_by: list[str]) -> None:
    """And once: given what was told, there is nothing more to say of it."""
    one = dossier(told_by)
    made = plan(one, Standing(), deployment(), digest)
    assert (made.record is not None) == (bool(told_by) and told_by[-1] != PORTAL)
    assert made.known == (PORTAL in told_by)
    after = Standing(digest=made.digest, told_events=frozenset(step.fact_id for step in made.steps))
    assert plan(one, after, deployment(), digest).empty


def test_what_is_in_doubt_is_asked_for() -> None:
    """Also where the record is again what the portal had before: the one between may have arrived."""
    one = dossier([AGENCY])
    first = plan(one, Standing(), deployment(), digest)
    standing = Standing(digest=first.digest, record_doubted=True, told_events=frozenset({UUID(int=0)}))
    again = plan(one, standing, deployment(), digest)
    assert (again.record is not None, again.record_doubted, again.known) == (True, True, True)


def test_of_a_dossier_that_was_refused_no_steps_go() -> None:
    """Unless the portal has it as it was before."""
    one = dossier([AGENCY])
    made = plan(one, Standing(), deployment(), digest)
    refused = Standing(refused_digest=made.digest)
    assert plan(one, refused, deployment(), digest).empty
    known = Standing(digest=b"before", refused_digest=made.digest)
    assert [step.fact_id.int for step in plan(one, known, deployment(), digest).steps] == [0]


def test_only_what_is_offered_goes() -> None:
    """A portal that takes no steps gets none; one that takes no dossiers gets steps."""
    one = dossier([AGENCY])
    alone = plan(one, Standing(), deployment(offers=["dossier", "report_dossier"]), digest)
    assert (alone.record is not None, alone.steps) == (True, ())
    steps = plan(one, Standing(), deployment(offers=["dossier", "report_progress"]), digest)
    assert (steps.record, len(steps.steps)) == (None, 1)


def test_no_more_is_told_of_a_person_than_the_interface_asks_for() -> None:
    """A step names nobody; the dossier has the applicant's own fields."""
    made = plan(dossier([AGENCY]), Standing(), deployment(), digest)
    assert made.record is not None
    assert set(made.record) >= {"SoGiayToChuHoSo", "ChuHoSo", "SoDienThoai", "DinhDanhCHS"}
    (step,) = made.steps
    assert "An" not in step.record.values()
    assert set(step.record) == {"MaHoSo", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai"}


@pytest.mark.parametrize(
    ("told", "state", "again"),
    [
        (Told(standing=Standing()), ReportState.DONE, False),
        (Told(standing=Standing(refused_digest=b"x"), left=Outcome.REFUSED), ReportState.REFUSED, False),
        (Told(standing=Standing(refused_events=frozenset({UUID(int=1)}))), ReportState.REFUSED, False),
        (Told(standing=Standing(), left=Outcome.RETRYABLE), ReportState.WAITING, True),
        (Told(standing=Standing(), left=Outcome.MISSING), ReportState.WAITING, True),
        (Told(standing=Standing(record_doubted=True), left=Outcome.UNKNOWN), ReportState.DOUBTED, True),
        (Told(standing=Standing(doubted_events=frozenset({UUID(int=1)}))), ReportState.DOUBTED, False),
        (Told(standing=Standing(), left=Outcome.RETRYABLE, shut=True), ReportState.WAITING, True),
    ],
)
def test_what_an_attempt_comes_to(told: Told, state: ReportState, again: bool) -> None:
    """It goes again unless all is said, or a person has to decide."""
    made = settled(told, attempt=3, now=START, rng=Random(1))
    assert (made.state, made.next_at is not None) == (state, again)
    if told.shut:
        assert made.next_at is not None
        assert made.next_at >= START + timedelta(minutes=10)


def test_an_answer_is_kept_by_its_code_alone() -> None:
    """Its words could name somebody."""
    told = Told(standing=Standing(), left=Outcome.RETRYABLE, answer=Answer(code="77", words="Nguyễn Thị An"))
    assert settled(told, attempt=1, now=START, rng=Random(1)).answer_code == "77"


@pytest.mark.parametrize(
    ("state", "next_at"),
    [(ReportState.DONE, START), (ReportState.WAITING, None), (ReportState.REFUSED, START)],
)
def test_a_settled_report_makes_sense(state: ReportState, next_at: datetime | None) -> None:
    """What goes again, and that alone, has a next time."""
    with pytest.raises(ValueError, match="next time"):
        Settled(state=state, standing=Standing(), next_at=next_at)


def fact_id(number: int) -> UUID:
    """Return the id of a fact."""
    return UUID(int=number)
