"""Making a checklist of what the catalogue keeps of a procedure. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import sha256

from api.procedures import checklist_words as words
from api.procedures.checklist_lines import lines, steps
from api.procedures.checklist_links import portal_address, web_address
from api.procedures.checklist_schemas import (
    Bring,
    CatalogueVersion,
    Charge,
    Checklist,
    Duration,
    Entry,
    EntryKind,
    Form,
    How,
    Label,
    LawText,
    Outcome,
    PapersOfCase,
    Way,
    Where,
)
from api.procedures.words import label
from storage.procedures.record import Fee, Method, Paper, Procedure, TimeLimit
from storage.procedures.repository import Kept
from storage.search.facts import Facet

ID_LENGTH = 12
_MARKS = "-+*• "


def checklist(
    kept: Kept,
    *,
    catalogue: CatalogueVersion | None,
    removed_in: CatalogueVersion | None,
    page_url: str,
    locale: str,
) -> Checklist:
    """Make the checklist, worded in `vi` or `en`."""
    found = kept.procedure
    return Checklist(
        code=found.code,
        name=found.name,
        field=found.field,
        description=lines(found.description),
        applicants=_labels(Facet.APPLICANT, found.applicants, locale),
        online_level=_label(Facet.ONLINE, found.online_level, locale) if found.online_level else None,
        bring=_bring(found, locale),
        where=_where(found, locale),
        how=How(
            ways=[_way(method, locale) for method in found.methods],
            as_published=None if found.methods else _published(found, "methods_text"),
        ),
        steps=steps(found.steps),
        results=[Outcome(name=result.name, code=result.code) for result in found.results],
        conditions=lines(found.conditions),
        legal_basis=[LawText(name=basis.name, number=basis.number) for basis in found.legal_basis],
        decision=found.decision,
        apply_url=None if removed_in else portal_address(found.portal_url),
        page_url=page_url,
        catalogue=catalogue,
        changed_in=kept.version or None,
        removed_in=removed_in,
    )


def _published(found: Procedure, name: str) -> str | None:
    text = found.extra.get(name)
    return text if isinstance(text, str) else None


def _label(facet: Facet, kind: StrEnum, locale: str) -> Label:
    return Label(code=kind.value, label=label(facet, kind.value, locale))


def _labels(facet: Facet, kinds: Iterable[StrEnum], locale: str) -> list[Label]:
    return [_label(facet, kind, locale) for kind in kinds]


def _bring(found: Procedure, locale: str) -> Bring:
    by_case: dict[str | None, list[Entry]] = {}
    for paper, paper_id in zip(found.papers, _ids(found.papers), strict=True):
        by_case.setdefault(paper.case, []).append(_entry(paper, paper_id, locale))
    return Bring(
        sets=found.sets,
        cases=[PapersOfCase(case=_unmarked(case), entries=entries) for case, entries in by_case.items()],
        as_published=None if found.papers else _published(found, "documents_text"),
    )


def _ids(papers: Sequence[Paper]) -> list[str]:
    """Return an id for each paper, from case and name, and from its turn where the two are there twice."""
    seen: Counter[tuple[str | None, str]] = Counter()
    found = []
    for paper in papers:
        key = (paper.case, paper.name)
        named = "\0".join((paper.case or "", paper.name, str(seen[key])))
        found.append(sha256(named.encode()).hexdigest()[:ID_LENGTH])
        seen[key] += 1
    return found


def _entry(paper: Paper, paper_id: str, locale: str) -> Entry:
    form_url = web_address(paper.form_url)
    form_name = paper.form_name or (paper.name if form_url else None)
    return Entry(
        id=paper_id,
        kind=_kind(paper),
        name=_unmarked(paper.name),
        originals=paper.originals,
        copies=paper.copies,
        count=words.count(paper, locale),
        code=paper.code,
        form=Form(name=form_name, url=form_url) if form_name else None,
    )


def _unmarked(name: str | None) -> str | None:
    """Return a name without the mark of the list that it stood in."""
    return name and (name.lstrip(_MARKS) or name)


def _kind(paper: Paper) -> EntryKind:
    if not paper.is_note:
        return EntryKind.PAPER
    return EntryKind.HEADING if paper.name.rstrip().endswith(":") else EntryKind.NOTE


def _where(found: Procedure, locale: str) -> Where:
    return Where(
        agency=found.agency,
        address=lines(found.receiving_address),
        competent_agency=found.competent_agency,
        coordinating_agency=found.coordinating_agency,
        promulgating_agency=found.promulgating_agency,
        levels=_labels(Facet.LEVEL, found.levels, locale),
        province=found.province,
    )


def _way(method: Method, locale: str) -> Way:
    return Way(
        channel=Label(code=method.channel.value, label=words.channel(method.channel, locale)),
        limit=_limit(method.limit, locale) if method.limit else None,
        fees=[_charge(fee, locale) for fee in method.fees],
        note=lines(method.note),
    )


def _limit(limit: TimeLimit, locale: str) -> Duration | None:
    text = words.limit(limit, locale)
    return Duration(text=text, quantity=limit.quantity, unit=limit.unit) if text else None


def _charge(fee: Fee, locale: str) -> Charge:
    return Charge(amount=fee.amount, text=words.fee(fee, locale), note=lines(fee.note))
