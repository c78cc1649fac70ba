"""Finding procedures in the edition in force."""

from collections.abc import Mapping, Sequence

from api.problems import Problem
from api.procedures.choices import choices, named_province
from api.procedures.life_events import LifeEvent, life_events
from api.procedures.schemas import (
    Difference,
    FacetValue,
    FoundProcedure,
    LifeEventDetail,
    LifeEventInBrief,
    LifeEventList,
    Limit,
    ProcedureInBrief,
    ProcedureMark,
    ProcedurePage,
    ProcedureQuery,
    SuggestionList,
    Variant,
)
from api.procedures.words import label
from storage.catalogue.edition import Edition
from storage.search.catalogue import Answer, Found
from storage.search.facts import Facet, Facts
from storage.units.gazetteer import Gazetteer

FIELDS_SHOWN = 50
"""Values of a facet that are shown, those that leave most first; any may be asked for."""


def find(edition: Edition, query: ProcedureQuery, locale: str) -> ProcedurePage:
    """Return a page of what fits. Raises Problem (422) for what can not be asked for."""
    start = ProcedureMark.decode(query.cursor, parameter="cursor").place if query.cursor else 0
    sieve, place = choices(query, edition)
    answer = edition.catalogue.ask(query.q, sieve, start=start, count=query.limit, sort=query.sort)
    end = start + len(answer.found)
    more = bool(answer.found) and end < answer.total
    mark = ProcedureMark(version=edition.catalogue.version, place=end)
    return ProcedurePage(
        items=[_found(found, edition.gazetteer) for found in answer.found],
        total=answer.total,
        total_is="exact" if answer.complete else "at_least",
        facets=_facets(answer, locale),
        read_as=answer.read_as,
        place=place,
        version=edition.catalogue.version,
        next_cursor=mark.encode() if more else None,
    )


def suggest(edition: Edition, typed: str, count: int) -> SuggestionList:
    """Return what a question that is being typed may become."""
    return SuggestionList(suggestions=edition.catalogue.complete(typed, count))


def all_life_events(edition: Edition, locale: str) -> LifeEventList:
    """Return what happens in life, each with how many procedures of the catalogue go with it."""
    return LifeEventList(
        items=[
            LifeEventInBrief(
                event=event.event,
                title=event.title.in_locale(locale),
                lead=event.lead.in_locale(locale),
                count=len(event.known(edition.catalogue)),
            )
            for event in life_events().values()
        ]
    )


def one_life_event(edition: Edition, name: str, locale: str) -> LifeEventDetail:
    """Return one of them with its procedures. Raises Problem (404)."""
    event: LifeEvent | None = life_events().get(name)
    if event is None:
        raise Problem("not-found", 404)
    return LifeEventDetail(
        event=event.event,
        title=event.title.in_locale(locale),
        lead=event.lead.in_locale(locale),
        procedures=[
            ProcedureInBrief(**_brief(facts, edition.gazetteer)) for facts in event.known(edition.catalogue)
        ],
        version=edition.catalogue.version,
    )


def _found(found: Found, gazetteer: Gazetteer) -> FoundProcedure:
    return FoundProcedure(
        **_brief(found.facts, gazetteer),
        highlights=list(found.marks),
        variants=[_variant(facts, found.facts, gazetteer) for facts in found.variants],
    )


def _variant(facts: Facts, lead: Facts, gazetteer: Gazetteer) -> Variant:
    differs = [one for one in Difference if getattr(facts, one) != getattr(lead, one)]
    return Variant(**_brief(facts, gazetteer), differs=differs)


def _brief(facts: Facts, gazetteer: Gazetteer) -> dict[str, object]:
    return {
        "code": facts.code,
        "name": facts.name,
        "field": facts.field,
        "agency": facts.agency,
        "levels": facts.levels,
        "applicants": facts.applicants,
        "online": facts.online,
        "limit": facts.limit and Limit(quantity=facts.limit.quantity, unit=facts.limit.unit),
        "fee": facts.fee,
        "province": named_province(gazetteer, facts.province),
    }


def _facets(answer: Answer, locale: str) -> Mapping[Facet, list[FacetValue]]:
    return {facet: _values(facet, counts, locale) for facet, counts in answer.facets.items()}


def _values(facet: Facet, counts: Mapping[str, int], locale: str) -> list[FacetValue]:
    most: Sequence[tuple[str, int]] = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        FacetValue(value=value, label=label(facet, value, locale), count=count)
        for value, count in most[:FIELDS_SHOWN]
    ]
