"""`tindan catalogue evaluate`: how well procedures are found, by questions whose answers are known."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import AfterValidator, AliasChoices, BaseModel, Field, StringConstraints
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from api.operation.catalogue_show import print_refusal
from api.operation.entries import FileError, read_either
from api.operation.house import in_one_reading
from api.operation.options import AsJson
from api.operation.words import NOTHING, add_row, json_of
from storage.catalogue.edition import own_province, stamp_in_force
from storage.procedures import repository as procedures
from storage.procedures.codes import split_procedure_code
from storage.procedures.formats.faults import FileRefusedError
from storage.procedures.formats.files import read_file
from storage.search.catalogue import Catalogue
from storage.search.evaluating import Asked, Evaluation, Judged, Score, evaluate
from storage.search.lexicon import lexicon
from storage.unit_of_work import Reading
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer

HELP = """Ask the questions of FILE, and say how often the right procedure was found.

FILE is JSON Lines with `query` and `codes` (or `expected_codes`), and maybe `style` and `turns`.

An answer is right where the entry found is one of these procedures, or a variant folded under it is; the
strict figures count the entry alone. recall@k is the share of questions with a right answer among the first
k, MRR the mean of one by the rank of the first right answer, 0 below 50. A failure is a question whose right
answer did not come first.

Questions that follow upon others (style `followup`, or with `turns`, asked as one) are reported apart."""


def _short(code: str) -> str:
    try:
        return split_procedure_code(code).short
    except ValueError as error:
        raise ValueError("it is no code of a procedure") from error


class QuestionEntry(BaseModel):
    """A line of the file."""

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    codes: list[Annotated[str, AfterValidator(_short)]] = Field(
        min_length=1, validation_alias=AliasChoices("codes", "expected_codes")
    )
    style: str = ""
    turns: list[str] = Field(default=[])

    def asked(self) -> Asked:
        """Return it as it is asked."""
        return Asked(query=self.query, codes=frozenset(self.codes), style=self.style, turns=tuple(self.turns))


def evaluate_catalogue(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Questions", exists=True, dir_okay=False, readable=True)
    ],
    *,
    catalogue: Annotated[
        Path | None,
        typer.Option(
            help="Ask this file, of any form that `import` takes, instead of the database",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ] = None,
    failures: Annotated[int, typer.Option(min=0, help="How many failures to show, worst first")] = 20,
    as_json: AsJson = False,
) -> None:
    """Say how well procedures are found; what is told and how is in `HELP`."""
    try:
        questions = [entry.asked() for _, entry in read_either(file, QuestionEntry)]
    except FileError as error:
        raise typer.BadParameter(str(error)) from error
    if not questions:
        raise typer.BadParameter(f"{file.name} holds no question")
    found = _evaluated(_of_file(catalogue) if catalogue else in_one_reading(_in_force), questions)
    if as_json:
        typer.echo(json_of(_as_json(found)))
    else:
        _print(found, failures)


def _of_file(path: Path) -> Catalogue:
    try:
        return Catalogue(read_file(path).procedures, lexicon(), version=0)
    except FileRefusedError as error:
        print_refusal(path.name, error)
        raise typer.Exit(2) from error


async def _in_force(reading: Reading) -> Catalogue:
    stamp = await stamp_in_force(reading)
    gazetteer = Gazetteer(await units.load(reading))
    found = [procedure async for procedure, _ in procedures.all_procedures(reading)]
    return Catalogue(found, lexicon(), version=stamp.catalogue, province_of=own_province(gazetteer))


def _evaluated(catalogue: Catalogue, questions: list[Asked]) -> Evaluation:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Hỏi · Asking", total=len(questions))
        return evaluate(catalogue, questions, lambda done: progress.update(task, completed=done))


def _as_json(found: Evaluation) -> dict[str, Any]:
    return {
        **asdict(found.alone),
        "by_style": {style: asdict(score) for style, score in found.by_style.items()},
        "followups": asdict(found.follow_ups),
        "not_in_catalogue": found.not_there,
        "failures": [_failure(one) for one in found.failures],
    }


def _failure(one: Judged) -> dict[str, Any]:
    return {
        "query": one.asked.text,
        "style": one.asked.style,
        "expected": sorted(one.asked.codes),
        "got": [{"code": facts.code, "name": facts.name} for facts in one.got],
        "rank": one.rank,
    }


def _print(found: Evaluation, failures: int) -> None:
    console = Console()
    table = Table(title="Tìm thủ tục · Finding procedures")
    for heading in ("Kiểu · Style", "Số câu · Count", "@1", "@5", "@10", "MRR", "@1 strict", "@5 strict"):
        table.add_column(heading, justify="left" if heading.startswith("Kiểu") else "right", overflow="fold")
    _add(table, "Tất cả · All", found.alone)
    table.add_section()
    for style, score in found.by_style.items():
        _add(table, style or NOTHING, score)
    table.add_section()
    _add(table, "Hỏi tiếp · Follow-ups, apart", found.follow_ups)
    console.print(table)
    if found.not_there:
        console.print(f"{found.not_there} questions have no answer in this catalogue", markup=False)
    worst = sorted(found.failures, key=lambda one: -(one.rank or 10**6))
    for one in worst[:failures]:
        expected, got = ", ".join(sorted(one.asked.codes)), one.got[0] if one.got else None
        console.print(f"\n{one.asked.text}", markup=False, highlight=False)
        console.print(f"  expected {expected} (rank {one.rank or NOTHING})", markup=False)
        console.print(f"  got      {got.code} {got.name}" if got else "  got nothing", markup=False)


def _add(table: Table, name: str, score: Score) -> None:
    shares = (score.recall_at_1, score.recall_at_5, score.recall_at_10, score.mrr)
    strict = (score.recall_at_1_strict, score.recall_at_5_strict)
    add_row(table, name, str(score.count), *(f"{share:.3f}" for share in (*shares, *strict)))
