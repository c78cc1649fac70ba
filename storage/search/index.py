"""The catalogue as it is searched: an index in memory, made anew for each version of the catalogue.

Built on tantivy (BM25, Robertson and Zaragoza 2009). Texts are cut into words by ourselves, so that what is
indexed and what is asked for are cut alike.
"""

import math
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import tantivy

from storage.search.folding import fold, pairs, words
from storage.search.lexicon import Lexicon, spelled_out
from storage.search.names import marks, plain_name
from storage.search.question import ASIDE, Question
from storage.search.spelling import Spelling

WEIGHTS = {"name": 0.4, "pairs": 0.5, "body": 3.0, "body_folded": 1.5, "topic": 1.5}
"""How much a word counts that is found in a part of a procedure. How a name fits is weighed by itself."""

CANDIDATES = 120
"""Procedures that are looked at for a question: the right one is among them, or is not found by its words."""
_HEAP_BYTES = 30_000_000
_RARE = 5
_LEXICON_FREQUENCY, _BODY_SHARE = 5.0, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """A procedure as the index takes it.

    Attributes:
        code: short code; unique.
        name: official name.
        topic: field and agencies.
        body: everything else that is written of it.
        prior: how likely it is meant before anything is asked, from 0 to 3 or so.
        tags: by which alone it may be asked for.
    """

    code: str
    name: str
    topic: str = ""
    body: str = field(default="", repr=False)
    prior: float = 0.0
    tags: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What is kept of a procedure beside the index.

    Attributes:
        words: those of its plain name, without marks.
        pairs: those of neighbouring words.
        cases: the cases that it is for (`storage.search.cases`), a bit for each.
        marks: the special cases that it is for, a bit for each (`storage.search.names`).
        family: the same for procedures of one plain name.
        tells: how much its words tell, all together.
    """

    code: str
    words: frozenset[str]
    pairs: frozenset[str]
    cases: int
    marks: int
    prior: float
    family: int
    tells: float


class Index:
    """One version of the catalogue, searchable. Never changed; another version is another index.

    Args:
        catalogue: what is to be found.
        lexicon: words that are known beside those of the catalogue.
        folder: an empty one to keep it in; in memory where none is given. What is kept in a folder can be
            pickled, and opened by another process for as long as the folder is there.
    """

    def __init__(self, catalogue: Iterable[Searchable], lexicon: Lexicon, folder: Path | None = None) -> None:
        self._folder = folder
        drafts: list[dict[str, Any]] = []
        frequency: Counter[str] = Counter()
        in_bodies: Counter[str] = Counter()
        names: list[frozenset[str]] = []
        families: dict[str, int] = {}
        self._index = tantivy.Index(_schema(), path=str(folder) if folder else None)
        writer = self._index.writer(_HEAP_BYTES, 1)
        for place, entry in enumerate(catalogue):
            name, body = (
                words(spelled_out(text, lexicon.short)) for text in (plain_name(entry.name), entry.body)
            )
            folded_name, folded_body = [fold(word) for word in name], [fold(word) for word in body]
            frequency.update(folded_name)
            in_bodies.update(folded_body)
            names.append(frozenset(folded_name))
            family = families.setdefault(" ".join(folded_name), len(families))
            name_pairs = pairs(folded_name)
            drafts.append(
                {
                    "code": entry.code,
                    "pairs": frozenset(map(sys.intern, name_pairs)),
                    "cases": lexicon.cases.of_name(name),
                    "marks": marks(folded_name),
                    "prior": entry.prior,
                    "family": family,
                }
            )
            parts = {
                "name": folded_name,
                "pairs": name_pairs,
                "body": body,
                "body_folded": folded_body,
                "topic": [fold(word) for word in words(entry.topic)],
            }
            writer.add_document(_document(place, parts, entry.tags))
        writer.commit()
        writer.wait_merging_threads()
        self._open()
        self._idf = _idf(names)
        self.named = [
            Named(words=name, tells=sum(map(self._idf.__getitem__, name)), **draft)
            for name, draft in zip(names, drafts, strict=True)
        ]
        self.spelling = Spelling(_frequency(frequency, in_bodies, lexicon))

    def __getstate__(self) -> dict[str, Any]:
        if self._folder is None:
            raise TypeError("an index in memory can not be pickled")
        return {name: part for name, part in vars(self).items() if name not in {"_index", "_searcher"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._index = tantivy.Index.open(str(self._folder))
        self._open()

    def _open(self) -> None:
        # Else it would look for changes of the folder, which there are none of, in a thread of its own.
        self._index.config_reader(reload_policy="manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    def favour(self, by_family: Mapping[int, float]) -> None:
        """Raise the priors of families, before anything is asked."""
        self.named = [
            replace(named, prior=named.prior + by_family.get(named.family, 0.0)) for named in self.named
        ]

    def tells(self, word: str) -> float:
        """Return how much a word of a name tells (its inverse document frequency); 0 for one in no name."""
        return self._idf.get(word, 0.0)

    def candidates(
        self, question: Question, count: int = CANDIDATES, tags: Iterable[str] = ()
    ) -> list[tuple[int, float]]:
        """Return the likeliest places in `named` with their scores, the highest first.

        With tags, those alone that have all of them.
        """
        parts = {
            "name": question.folded,
            "pairs": question.pairs,
            "body": question.exact,
            "body_folded": question.folded,
            "topic": question.folded,
        }
        # What says nothing of the matter stands in most texts: it would take the longest to look up.
        least = ASIDE if question.matters else 0.0
        schema = self._index.schema
        wanted = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(schema, part, word, index_option="freq"), weight * WEIGHTS[part]
                ),
            )
            for part, terms in parts.items()
            for word, weight in terms.items()
            if weight > least
        ]
        query = tantivy.Query.boolean_query(wanted)
        if tagged := [_tagged(schema, tag) for tag in tags]:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *tagged])
        found = self._searcher.search(query, count, count=False)
        places: Sequence[Any] = self._searcher.fast_field_values("place", [at for _, at in found.hits])
        return [(place, score) for place, (score, _) in zip(places, found.hits, strict=True)]


def idf(seen: int, count: int) -> float:
    """Return how much a word tells that is in so many of `count` texts (inverse document frequency)."""
    return math.log(1 + (count - seen + 0.5) / (seen + 0.5))


def _idf(names: Sequence[frozenset[str]]) -> dict[str, float]:
    seen = Counter(chain.from_iterable(names))
    count = len(names)
    return {word: idf(n, count) for word, n in seen.items()}


def _frequency(in_names: Counter[str], in_bodies: Counter[str], lexicon: Lexicon) -> dict[str, float]:
    """Return how often words are written; what stands in bodies a few times only may be misprints."""
    frequency = {word: float(count) for word, count in in_names.items()}
    for word, count in in_bodies.items():
        if count >= _RARE or word in frequency:
            frequency[word] = frequency.get(word, 0.0) + count * _BODY_SHARE
    for word in lexicon.words:
        frequency[word] = frequency.get(word, 0.0) + _LEXICON_FREQUENCY
    return frequency


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for part in WEIGHTS:
        builder.add_text_field(part, stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("tags", stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("place", fast=True)
    return builder.build()


def _tagged(schema: tantivy.Schema, tag: str) -> tuple[tantivy.Occur, tantivy.Query]:
    query = tantivy.Query.term_query(schema, "tags", tag, index_option="basic")
    return tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)


def _document(place: int, parts: Mapping[str, Sequence[str]], tags: Collection[str]) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("place", place)
    for part, cut in parts.items():
        document.add_text(part, " ".join(cut))
    for tag in tags:
        document.add_text("tags", tag)
    return document
