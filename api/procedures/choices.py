"""What a list is narrowed to, made of what was asked; what is not known is told with what is."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from itertools import chain

from api.named import Named
from api.problems import FieldError, Problem
from api.procedures.schemas import Place, ProcedureQuery
from storage.catalogue.edition import Edition
from storage.search.facts import Facet, Sieve
from storage.search.folding import fold, words
from storage.units.gazetteer import Gazetteer, Match
from storage.units.record import Commune, Province, Share

MOST_TOLD = 12
"""Values that a refusal names."""
_ALIKE = 0.4


def choices(query: ProcedureQuery, edition: Edition) -> tuple[Sieve, Place | None]:
    """Return what a query narrows the list to, and the place that it names.

    Raises:
        Problem: 422; a field, agency or unit is not known, or a name is that of several units.
    """
    errors: list[FieldError] = []
    named = {
        Facet.FIELD: _known(Facet.FIELD, query.field, edition, errors),
        Facet.AGENCY: _known(Facet.AGENCY, query.agency, edition, errors),
        Facet.LEVEL: frozenset[str](query.level),
        Facet.APPLICANT: frozenset[str](query.applicant),
        Facet.ONLINE: frozenset[str](query.online),
    }
    place = _place(query, edition.gazetteer, errors)
    if errors:
        raise Problem("validation", 422, errors=errors)
    sieve = Sieve(
        facets=tuple((facet, values) for facet, values in named.items() if values),
        province=place.province.code if place else None,
        days=query.max_days,
        fee=0 if query.free else query.max_fee,
    )
    return sieve, place


def named_province(gazetteer: Gazetteer, code: str | None) -> Named | None:
    """Return a province with its name."""
    known = gazetteer.provinces.get(code) if code else None
    return Named(code=code, name=known and known.name) if code else None


def _known(facet: Facet, asked: Sequence[str], edition: Edition, errors: list[FieldError]) -> frozenset[str]:
    values = edition.catalogue.values(facet)
    by_words = {tuple(words(value)): value for value in values} if asked else {}
    found = set()
    for number, value in enumerate(asked):
        known = value if value in values else by_words.get(tuple(words(value)))
        if known:
            found.add(known)
        else:
            errors.append(_unknown(f"/query/{facet}/{number}", value, _nearest(value, values)))
    return frozenset(found)


def _nearest(value: str, values: Collection[str]) -> list[str]:
    """Return the values that are likeliest meant, or all where they are few."""
    if len(values) <= MOST_TOLD:
        return sorted(values)
    folded = {_flat(known): known for known in values}
    near = get_close_matches(_flat(value), folded, n=MOST_TOLD, cutoff=_ALIKE)
    return [folded[known] for known in near] or sorted(values)[:MOST_TOLD]


def _flat(text: str) -> str:
    return " ".join(fold(word) for word in words(text))


def _unknown(pointer: str, value: str, allowed: Iterable[str]) -> FieldError:
    params = {"value": value, "allowed": "; ".join(allowed)}
    return FieldError(pointer=pointer, code="unknown-value", params=params)


def _place(query: ProcedureQuery, gazetteer: Gazetteer, errors: list[FieldError]) -> Place | None:
    province: Province | None = None
    commune: Commune | None = None
    if query.province is not None:
        matches = [match for match in gazetteer.find(query.province) if isinstance(match.unit, Province)]
        names = [unit.name for unit in gazetteer.provinces.values()]
        found = _one("province", query.province, matches, gazetteer, errors, names=names)
        province = found if isinstance(found, Province) else None
    if query.commune is not None:
        within = [
            match
            for match in gazetteer.find(query.commune)
            if isinstance(match.unit, Commune)
            and province in {None, gazetteer.provinces[match.unit.province_code]}
        ]
        # Of all provinces together there are too many to look for those that are near.
        names = [unit.name for unit in gazetteer.communes_of(province.code)] if province else []
        found = _one("commune", query.commune, within, gazetteer, errors, names=names)
        commune = found if isinstance(found, Commune) else None
    if commune is not None:
        province = gazetteer.provinces[commune.province_code]
    if province is None:
        return None
    return Place(
        province=Named(code=province.code, name=province.name),
        commune=commune and Named(code=commune.code, name=commune.name),
    )


def _one(
    parameter: str,
    asked: str,
    matches: Sequence[Match],
    gazetteer: Gazetteer,
    errors: list[FieldError],
    *,
    names: Sequence[str],
) -> Province | Commune | None:
    """Return the one unit that is meant; where that is none, or not clear, say so with those that may be.

    `names` are those that it may have.
    """
    meant = _likeliest(matches)
    if len(meant) == 1:
        return meant[0].unit
    if meant:
        told = "; ".join(_told(match, gazetteer) for match in meant[:MOST_TOLD])
        params = {"value": asked, "allowed": told, "count": len(meant)}
        errors.append(FieldError(pointer=f"/query/{parameter}", code="ambiguous-unit", params=params))
    else:
        near = _nearest(asked, names)
        code = "unknown-value" if near else "unknown-unit"
        params = {"value": asked, "allowed": "; ".join(near)}
        errors.append(FieldError(pointer=f"/query/{parameter}", code=code, params=params))
    return None


def _likeliest(matches: Sequence[Match]) -> Sequence[Match]:
    """Return units that bear the name or code themselves; else what the former ones went to.

    Of the parts of one former commune, the one to which most of it went stands for it.
    """
    own = [match for match in matches if match.former is None]
    if own:
        return own
    if len({match.former for match in matches}) == 1:
        return [match for match in matches if match.share is Share.PART_DEFAULT] or matches
    return matches


def _told(match: Match, gazetteer: Gazetteer) -> str:
    """Name a unit with its code, what it is in, and the former unit by which it was found."""
    unit, former = match.unit, match.former
    above = [gazetteer.provinces[unit.province_code].name] if isinstance(unit, Commune) else []
    before = [f"({', '.join([former.name, *former.path])})"] if former else []
    return " ".join(chain([f"{unit.code} {', '.join([unit.name, *above])}"], before))
