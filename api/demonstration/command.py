"""The command `tindan demo`: brings a house up, tells, and says what was missing."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from api.demonstration import file_report, file_story, playbill, story
from api.demonstration.actors import ActError
from api.demonstration.theatre import open_theatre
from api.settings import Settings


def tell(settings: Settings, *, events: Path | None, as_json: bool) -> int:
    """Tell the story, or the records of a file; return the exit code: 0 when nothing was missing."""
    console = Console(file=sys.stderr if as_json else sys.stdout, highlight=False)
    console.print("• Dựng hệ thống · Bringing the system up")
    try:
        with open_theatre(settings) as (stack, secret):
            if events is None:
                telling = story.perform(stack, secret, console)
                return _end(as_json, playbill.as_json(telling), lambda: playbill.show(telling, console))
            outcome = file_story.perform(stack, settings, events, console)
            return _end(as_json, file_report.as_json(outcome), lambda: file_report.show(outcome, console))
    except (ActError, httpx.HTTPError, OSError) as error:
        console.print(f"[red]✗ {error}[/red]", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Đã dừng · Stopped")
        return 130


def _end(as_json: bool, result: dict[str, Any], show: Callable[[], None]) -> int:  # noqa: FBT001 - the option itself
    if as_json:
        json.dump(result, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        show()
    return 0 if result["ok"] else 1
