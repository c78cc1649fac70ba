"""The command `tindan demo`: brings a house up, tells, and says what was missing."""

import json
import sys
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from api import interrupts
from api.demonstration import file_report, file_story, playbill, record_file, story
from api.demonstration.actors import ActError
from api.demonstration.record_file import RecordFile
from api.demonstration.theatre import open_theatre
from api.settings import Settings


class EmptyFileError(Exception):
    """The file of records holds none; the message names it."""


def tell(settings: Settings, *, events: Path | None, as_json: bool) -> int:
    """Tell the story, or the records of a file; return the exit code: 0 when nothing was missing.

    Raises EmptyFileError, StackError.
    """
    console = Console(file=sys.stderr if as_json else sys.stdout, highlight=False)
    try:
        # However it is stopped, the processes and the database of the story go with it.
        with interrupts.noted():
            result = _told(settings, events, console, show=not as_json)
    except (ActError, httpx.HTTPError, OSError) as error:
        console.print(f"[red]✗ {error}[/red]", soft_wrap=True)
        result = {"ok": False, "missing": [str(error)]}
    except KeyboardInterrupt:
        console.print("Đã dừng · Stopped")
        return 130
    if as_json:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    return 0 if result["ok"] else 1


def _told(settings: Settings, events: Path | None, console: Console, *, show: bool) -> dict[str, Any]:
    # The file first: what is wrong with all of it need not wait for a house.
    file = None if events is None else _read(events)
    if file is not None and not file.lines:
        return _file_result(file_story.unused(file), console, show=show)
    console.print("• Dựng hệ thống · Bringing the system up")
    with open_theatre(settings) as (stack, secret):
        if file is None:
            result = _story_result(story.perform(stack, secret, console), console, show=show)
        else:
            result = _file_result(file_story.perform(stack, settings, file, console), console, show=show)
        if not result["ok"]:
            console.print(f"  Nhật ký · Logs: {stack.logs}", soft_wrap=True)
        return result


def _read(path: Path) -> RecordFile:
    file = record_file.read(path)
    if not file.count:
        raise EmptyFileError(f"{path} holds no records")
    return file


def _story_result(telling: story.Telling, console: Console, *, show: bool) -> dict[str, Any]:
    if show:
        playbill.show(telling, console)
    return playbill.as_json(telling)


def _file_result(outcome: file_story.Outcome, console: Console, *, show: bool) -> dict[str, Any]:
    if show:
        file_report.show(outcome, console)
    return file_report.as_json(outcome)
