"""How an arrangement stands with what is told of it now worked in. Pure, but for the ids that it draws."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from api.agency_dossiers.answers import ItemAnswer, ItemOutcome
from api.agency_dossiers.noticing import News, news_of
from api.agency_dossiers.schemas import Item
from api.recording.arrangements import CONTENTS
from storage.arrangements.course import ToldState, standing
from storage.arrangements.kinds import CANCELLED, ArrangementKind, is_allowed
from storage.arrangements.repository import Arrangement, ArrangementWrite
from storage.ids import new_id

Kept = Mapping[tuple[ArrangementKind, str], Arrangement]
"""What is arranged about one dossier, by kind and by what its agency calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """What one telling makes of an arrangement.

    Attributes:
        write: what is to be written; none where nothing is new.
        news: what the applicant is told of it.
        answer: what the agency is answered.
    """

    write: ArrangementWrite | None
    news: News | None
    answer: ItemAnswer


def kept_by_source(arrangements: Collection[Arrangement]) -> dict[UUID, Kept]:
    """Sort arrangements by their dossiers."""
    sorted_out: dict[UUID, dict[tuple[ArrangementKind, str], Arrangement]] = {}
    for one in arrangements:
        sorted_out.setdefault(one.dossier_id, {})[one.kind, one.source_id] = one
    return dict(sorted_out)


def normal_form(kind: ArrangementKind, item: Item) -> str:
    """Return all that an item says such that two spellings of one content are one."""
    return f"{kind}\n{item.model_dump_json(exclude_defaults=True)}"


def content_of(kind: ArrangementKind, item: Item) -> str:
    """Return what an item says beside what it is called and how far it has come."""
    return item.model_dump_json(include=set(CONTENTS[kind].model_fields), exclude_defaults=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranger:
    """Works in what is told at one time."""

    now: datetime
    stale_after: timedelta

    def new(self, kind: ArrangementKind, item: Item, *, dossier_id: UUID, first_hash: bytes) -> Arranged:
        """Make one that is told for the first time."""
        told = ToldState(state=item.state, at=item.state_at or self.now)
        made = Arrangement(
            id=new_id(),
            dossier_id=dossier_id,
            kind=kind,
            source_id=item.source_id,
            state=told.state,
            state_at=told.at,
            content=content_of(kind, item),
            content_at=told.at,
            first_hash=first_hash,
            first_answer="",
            told=(told,),
        )
        news = news_of(None, made, now=self.now, stale_after=self.stale_after)
        answer = self._answer(made, ItemOutcome.ACCEPTED, news)
        kept = replace(made, first_answer=answer.model_dump_json())
        return Arranged(write=ArrangementWrite(arrangement=kept, fresh=(told,)), news=news, answer=answer)

    def again(self, before: Arrangement, item: Item) -> Arranged:
        """Work in what is told of one that is known.

        What it says is replaced, unless that is of an earlier moment than what is known.
        """
        told = ToldState(state=item.state, at=item.state_at or self._since(before, item.state))
        # What is known may be some minutes ahead, by its source's clock; what has no time follows it.
        as_of = item.state_at or max(self.now, before.content_at)
        content = content_of(before.kind, item)
        if as_of < before.content_at:
            content, as_of = before.content, before.content_at
        return self._settle(before, told, content, as_of)

    def withdraw(self, before: Arrangement) -> Arranged | None:
        """Cancel one that its agency names no more; none where it is past that."""
        if not is_allowed(before.kind, before.state, CANCELLED):
            return None
        latest = max(one.at for one in before.told)
        told = ToldState(state=CANCELLED, at=max(self.now, latest))
        return self._settle(before, told, before.content, before.content_at)

    def _settle(self, before: Arrangement, told: ToldState, content: str, content_at: datetime) -> Arranged:
        fresh = () if told in before.told else (told,)
        states = standing(before.kind, (*before.told, *fresh))
        contradiction = told in states.contradictions
        if contradiction:
            content, content_at = before.content, before.content_at
        if not fresh and content == before.content:
            answer = self._answer(before, ItemOutcome.REPEATED, None, contradiction=contradiction)
            return Arranged(write=None, news=None, answer=answer)
        after = replace(
            before,
            state=states.state,
            state_at=states.since,
            content=content,
            content_at=content_at,
            told=(*before.told, *fresh),
        )
        news = news_of(before, after, now=self.now, stale_after=self.stale_after)
        answer = self._answer(after, ItemOutcome.ACCEPTED, news, contradiction=contradiction)
        return Arranged(write=ArrangementWrite(arrangement=after, fresh=fresh), news=news, answer=answer)

    def _since(self, before: Arrangement, state: str) -> datetime:
        """Say since when a state holds that was told without a time: nothing new where it is known."""
        if state == before.state:
            return before.state_at
        latest = max(before.told, key=lambda one: one.at)
        return latest.at if latest.state == state else self.now

    def _answer(
        self,
        arrangement: Arrangement,
        outcome: ItemOutcome,
        news: News | None,
        *,
        contradiction: bool = False,
    ) -> ItemAnswer:
        return ItemAnswer(
            source_id=arrangement.source_id,
            outcome=outcome,
            state=arrangement.state,
            contradiction=contradiction,
            notified=news is not None,
            recorded_at=self.now,
        )
