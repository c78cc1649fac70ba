"""Commands on surveys: `tindan survey`."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from api.operation.house import in_one_reading, in_one_unit, note, open_house
from api.operation.options import AsJson, moment
from api.operation.surveys_export import export_to
from api.operation.surveys_file import SurveyFile, agency_of, problems_told, read_survey
from api.operation.words import add_row, json_of, when
from api.settings import Settings
from api.surveys import drafting
from api.surveys.addresses import page_of
from api.surveys.agency_schemas import SurveyOpening
from api.surveys.tables import Format
from storage.errors import NotFoundError
from storage.surveys import publishing, reading, summing
from storage.surveys.publishing import Published
from storage.surveys.reading import SurveyView
from storage.surveys.summing import Counts
from storage.unit_of_work import Reading, UnitOfWork

T = TypeVar("T")
survey = typer.Typer(no_args_is_help=True, help="Surveys of agencies, and what was answered to them.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="The survey's code")]
_COLUMNS = ("Mã · Code", "Tên · Title", "Cơ quan · Agency", "Trạng thái · State", "Phiên bản · Version")


@survey.command("publish")
def publish(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="JSON: code, agency_code, form (a JSON Schema), audience, and platform if it is not our own",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a survey, or change it: a form that changed is a new version. A new survey is a draft."""
    with problems_told(as_json=as_json):
        given = read_survey(file)
        done = in_one_unit(partial(_publish, given=given))
    note("survey_published", survey=given.code, version=done.version)
    if as_json:
        typer.echo(json_of({"code": given.code, "version": done.version, "made": done.made}))
        return
    what = "mới · made" if done.made else "đã đổi · changed" if done.changed else "như cũ · as before"
    typer.echo(f"{given.code}: phiên bản · version {done.version}, {what}")


@survey.command("open")
def open_(
    code: Code,
    *,
    opens_at: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            parser=moment,
            metavar="TIME",
            help="Such as 2026-12-01T08:00, in Vietnam; now, if not given",
        ),
    ] = None,
    closes_at: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            parser=moment,
            metavar="TIME",
            help="Such as 2026-12-31; until it is closed by hand, if not given",
        ),
    ] = None,
) -> None:
    """Let a survey be answered; also one that was closed."""
    opening = SurveyOpening(opens_at=opens_at, closes_at=closes_at)
    with problems_told(as_json=False):
        in_one_unit(lambda uow: _known(drafting.open_(uow, code, opening), code))
    note("survey_opened", survey=code)
    typer.echo(f"{code}: đã mở · open")


@survey.command("close")
def close(code: Code) -> None:
    """Let a survey be answered no more."""
    in_one_unit(lambda uow: _known(publishing.close(uow, code, now=datetime.now(UTC)), code))
    note("survey_closed", survey=code)
    typer.echo(f"{code}: đã đóng · closed")


@survey.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List all surveys."""
    found = in_one_reading(reading.every)
    if as_json:
        typer.echo(json_of([_as_json(one) for one in found]))
        return
    table = Table(*_COLUMNS)
    for one in found:
        state = one.standing(datetime.now(UTC)).value
        add_row(table, one.code, one.form.title.vi, one.agency_code, state, str(one.version))
    Console().print(table)


@survey.command("show")
def show(code: Code, *, as_json: AsJson = False) -> None:
    """Show a survey: when it is open, for whom, its questions, and how many have answered."""
    found, counts = in_one_reading(lambda uow: _shown(uow, code))
    page = page_of(Settings().notify.require_public_url(), code)
    if as_json:
        told = {"page": page, "invited": counts.invited, "answers": counts.answers}
        typer.echo(json_of(_as_json(found) | told | {"form": dict(found.form.schema)}))
        return
    table = Table(show_header=False)
    add_row(table, "Mã · Code", found.code)
    add_row(table, "Tên · Title", found.form.title.vi)
    add_row(table, "Cơ quan · Agency", f"{found.agency_code} {found.agency_name}")
    add_row(table, "Trạng thái · State", found.standing(datetime.now(UTC)).value)
    add_row(table, "Mở · Opens", when(found.opens_at))
    add_row(table, "Đóng · Closes", when(found.closes_at))
    add_row(table, "Nơi trả lời · Platform", found.platform.value)
    add_row(table, "Địa chỉ · Page", page)
    add_row(table, "Phiên bản · Version", str(found.version))
    add_row(table, "Đã mời · Invited", str(counts.invited))
    add_row(table, "Câu trả lời · Answers", str(counts.answers))
    for question in found.form.questions:
        add_row(table, question.name, f"{question.title.vi} ({question.kind.value})")
    Console().print(table)


@survey.command("export")
def export(
    code: Code,
    *,
    kind: Annotated[Format, typer.Option("--format", help="csv or jsonl")] = Format.CSV,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to; CODE.csv or CODE.jsonl, if not given"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write all answers to a file, however many; a file of that name is replaced once the new one is whole.

    Fewer than five are not written: whoever gave them might be guessed.
    """
    path = output or Path(f"{code}.{kind}")
    with problems_told(as_json=as_json):
        written = asyncio.run(_export(code, kind, path))
    note("survey_exported", survey=code, answers=written)
    if as_json:
        typer.echo(json_of({"code": code, "answers": written, "file": str(path)}))
    else:
        typer.echo(f"{path}: {written} câu trả lời · answers")


async def _publish(uow: UnitOfWork, given: SurveyFile) -> Published:
    return await drafting.publish(uow, given.code, given, partial(agency_of, uow), None)


async def _shown(uow: Reading, code: str) -> tuple[SurveyView, Counts]:
    found = await _known(reading.find(uow, code), code)
    return found, await summing.counts(uow, found.id)


async def _export(code: str, kind: Format, path: Path) -> int:
    async with open_house() as house:
        async with house.reading() as uow:
            found = await _known(reading.find(uow, code), code)
        return await export_to(path, house.reading, found, kind)


async def _known(work: Awaitable[T], code: str) -> T:
    """Do something with a survey. Raises typer.BadParameter where there is none."""
    try:
        return await work
    except NotFoundError:
        raise typer.BadParameter(f"không có khảo sát · there is no survey {code}") from None


def _as_json(found: SurveyView) -> dict[str, object]:
    return {
        "code": found.code,
        "title": found.form.title.vi,
        "agency": found.agency_code,
        "state": found.standing(datetime.now(UTC)).value,
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "platform": found.platform.value,
        "version": found.version,
    }
