"""Processes of ours that a test starts, holds up and kills, seen from outside."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]


class Process:
    """A Python process of its own session, whose output goes to a file; it is killed at the end of the block."""

    def __init__(self, arguments: Sequence[str], log: Path, settings: Mapping[str, str]) -> None:
        self.log = log
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.popen.send_signal(number)

    def kill(self) -> None:
        """Kill it, and wait for its end."""
        self.popen.kill()
        self.popen.wait()

    def said(self, text: str) -> bool:
        """Say whether a text is in its output."""
        return text in self.log.read_text("utf-8", errors="replace")
