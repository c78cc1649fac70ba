"""A rating by its token: once, changed for a week, scrubbed before it is written, and counted among many."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from storage.ids import new_id
from storage.ratings import casting, counting, mixing
from storage.ratings.casting import Cast, Opinion, RatingOver, Token, UnknownToken
from storage.ratings.keys import Group
from storage.ratings.kinds import Reason, Satisfaction, last_day_of_casting
from storage.unit_of_work import UnitOfWork
from tests.storage.ratings.closing import TODAY, make_agency, make_invited, take_token

Open = Callable[[], UnitOfWork]
LATE = Opinion(level=Satisfaction.DISSATISFIED, reasons=(Reason.LATE,), text="Chờ lâu quá")
GOOD = Opinion(level=Satisfaction.VERY_SATISFIED, reasons=(Reason.ON_TIME, Reason.COURTEOUS))
_RATINGS = "SELECT level, reasons, text_scrubbed, editable_until, month FROM rating"


async def ratings(uow: UnitOfWork) -> list[Any]:
    """Return what is kept."""
    return await (await (await uow.driver()).execute(_RATINGS)).fetchall()


async def token_of(uow: UnitOfWork) -> Token:
    """Take the token of a dossier."""
    return await take_token(uow, await make_invited(uow, await make_agency(uow)))


async def test_a_rating_is_changed_for_seven_days(unit_of_work: Open) -> None:
    """By the same token, which makes it no second one; from the eighth day on it stays."""
    async with unit_of_work() as uow:
        token, until = await token_of(uow), TODAY + timedelta(days=7)
        cast = await casting.cast(uow, token, LATE, today=TODAY)
        assert cast == Cast(editable_until=until, changed=False)
        cast = await casting.cast(uow, token, GOOD, today=until)
        assert cast == Cast(editable_until=until, changed=True)
        with pytest.raises(RatingOver):
            await casting.cast(uow, token, LATE, today=until + timedelta(days=1))
        month = TODAY.replace(day=1)
        assert await ratings(uow) == [("very_satisfied", ["courteous", "on_time"], None, until, month)]


async def test_a_token_spent_twice_at_once_is_one_rating(unit_of_work: Open) -> None:
    """One is new, and the others change it."""
    async with unit_of_work() as uow:
        token = await token_of(uow)
        await uow.commit()

    async def cast(opinion: Opinion) -> bool:
        async with unit_of_work() as uow:
            done = await casting.cast(uow, token, opinion, today=TODAY)
            await uow.commit()
            return done.changed

    assert sorted(await asyncio.gather(*map(cast, [LATE, GOOD] * 3))) == [False] + [True] * 5
    async with unit_of_work() as uow:
        assert len(await ratings(uow)) == 1


async def test_nothing_personal_is_ever_written(unit_of_work: Open) -> None:
    """Names and numbers are gone from the first row on."""
    text = "Tôi là Nguyễn Văn Bình, số điện thoại 0912 345 678, hồ sơ H26.1-261120-0001: cán bộ hẹn ba lần"
    async with unit_of_work() as uow:
        await casting.cast(uow, await token_of(uow), replace(LATE, text=text), today=TODAY)
        ((_, _, kept, _, _),) = await ratings(uow)
    assert "cán bộ hẹn ba lần" in kept
    for personal in ("Bình", "0912", "345 678", "261120-0001"):
        assert personal not in kept


async def test_no_token_is_guessed_or_moved(unit_of_work: Open) -> None:
    """A signature counts for its own message and key alone, and what proves nothing leaves nothing."""
    async with unit_of_work() as uow:
        token = await token_of(uow)
        other = await take_token(uow, await make_invited(uow, await make_agency(uow, "H26.2"), 2))
        for wrong in (
            replace(token, kid=other.kid),
            replace(token, kid="nobody"),
            replace(token, prepared=other.prepared),
            replace(token, signature=other.signature),
            replace(token, signature=bytes(256)),
            replace(token, signature=b""),
            replace(token, prepared=token.prepared + b"\0"),
        ):
            with pytest.raises(UnknownToken):
                await casting.cast(uow, wrong, LATE, today=TODAY)
        assert await ratings(uow) == []


async def test_a_month_is_over_one_day(unit_of_work: Open) -> None:
    """Thirty days after it nobody is asked any more, and sixty later nobody rates; changes go on for their week."""
    month = TODAY.replace(day=1)
    last = last_day_of_casting(month)
    assert last == date(2026, 11, 30) + timedelta(days=90)
    assert last_day_of_casting(date(2026, 12, 1)) == date(2026, 12, 31) + timedelta(days=90)
    async with unit_of_work() as uow:
        token = await token_of(uow)
        with pytest.raises(RatingOver):
            await casting.cast(uow, token, LATE, today=last + timedelta(days=1))
        await casting.cast(uow, token, LATE, today=last)
        assert (await casting.cast(uow, token, GOOD, today=last + timedelta(days=7))).changed


def test_an_opinion_checks_itself() -> None:
    """Reasons go with their level, and once; nobody writes a book."""
    for wrong in (
        {"level": Satisfaction.SATISFIED, "reasons": (Reason.LATE,)},
        {"level": Satisfaction.SATISFIED, "reasons": (Reason.ON_TIME, Reason.ON_TIME)},
        {"level": Satisfaction.SATISFIED, "text": "a" * 1001},
    ):
        with pytest.raises(ValueError, match=r"reason|text"):
            Opinion(**wrong)


async def test_few_ratings_are_not_told(unit_of_work: Open) -> None:
    """Of five the numbers are, of four nothing is; what came since the last mixing comes later."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        group = Group(agency_id=agency, month=TODAY.replace(day=1))
        for n in range(5):
            token = await take_token(uow, await make_invited(uow, agency, n))
            assert await counting.counts(uow, group) is None
            await casting.cast(uow, token, LATE if n < 2 else GOOD, today=TODAY)
            if n == 0:
                assert await counting.dislikes(uow, group.month) == {}
            if n < 4:
                await mixing.mix(uow, group, "rating")
        assert await counting.counts(uow, group) is None
        await mixing.mix(uow, group, "rating")
        counts = await counting.counts(uow, group)
        assert counts is not None
        assert counts.levels == {
            Satisfaction.DISSATISFIED: 2,
            Satisfaction.SATISFIED: 0,
            Satisfaction.VERY_SATISFIED: 3,
        }
        assert counts.reasons == {
            (Satisfaction.DISSATISFIED, "late"): 2,
            (Satisfaction.VERY_SATISFIED, "on_time"): 3,
            (Satisfaction.VERY_SATISFIED, "courteous"): 3,
        }
        assert await counting.dislikes(uow, group.month) == {agency: 2}
        assert await counting.dislikes(uow, date(2026, 10, 1)) == {}
        assert await counting.counts(uow, Group(agency_id=new_id(), month=group.month)) is None


async def test_a_change_is_not_seen_before_all_else_of_its_hour(unit_of_work: Open) -> None:
    """Numbers and texts stay as they were, or who asks all the time would see what belongs together, and when."""
    async with unit_of_work() as uow:
        agency = await make_agency(uow)
        group = Group(agency_id=agency, month=TODAY.replace(day=1))
        tokens = [await take_token(uow, await make_invited(uow, agency, n)) for n in range(5)]
        for token in tokens:
            await casting.cast(uow, token, LATE, today=TODAY)
        for table in mixing.TABLES:
            await mixing.mix(uow, group, table)
        before, told = await counting.counts(uow, group), sorted(await ratings(uow))
        assert before is not None
        for opinion in (replace(GOOD, text="Nhanh"), GOOD):
            assert (await casting.cast(uow, tokens[0], opinion, today=TODAY)).changed
            assert (await counting.counts(uow, group), sorted(await ratings(uow))) == (before, told)
            assert await counting.dislikes(uow, group.month) == {agency: 5}
            assert await mixing.due(uow) == [group]
        for _ in range(2):
            await mixing.mix(uow, group, "rating")
            after = await counting.counts(uow, group)
            assert after is not None
            assert after.levels[Satisfaction.DISSATISFIED] == 4
            assert after.reasons[Satisfaction.VERY_SATISFIED, "on_time"] == 1
            assert [row[:3] for row in await ratings(uow) if row[0] == "very_satisfied"] == [
                ("very_satisfied", ["courteous", "on_time"], None)
            ]
        assert await mixing.due(uow) == []
