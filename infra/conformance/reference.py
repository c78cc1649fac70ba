"""A correct integration in a few lines: tells the tasks that `tindan conformance` hands it.

    tindan conformance run --agency-command "python infra/conformance/reference.py"

With an address it fetches its tasks there instead: `python infra/conformance/reference.py http://…`.
It needs httpx alone, and nothing of TinDan: copy from it whatever is of use.
"""

import base64
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import httpx
from calling import AGENT, TIMEOUT, Document
from doors import Dossiers, Tables, Things

BATCH = 1000
KEPT = {"accepted", "repeated"}
DOORS = ["events", "results", "dossiers", "arrangements", "tables"]


class Integration(Dossiers, Things, Tables):
    """Tells the tasks of one document; `said` is what became of each."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.said: dict[tuple[str, int], str] = {}

    def run(self) -> list[Document]:
        with self.http:
            events = {self.name_of(task): task for task in self.of_kind("event")}
            names = list(events)
            for start in range(0, len(names), BATCH):
                self.tell_events({name: events[name] for name in names[start : start + BATCH]})
            for task in {self.name_of(task): task for task in self.of_kind("result")}.values():
                self.tell_paper(self.name_of(task), task)
            for kind, tell in (
                ("dossier", self.tell_dossier),
                ("dossier-change", self.change_dossier),
                ("arrangement", self.tell_thing),
            ):
                for task in self.of_kind(kind):
                    self.note(task, tell(task))
            self.tell_table(self.of_kind("row"))
        return self.report()

    def of_kind(self, kind: str) -> list[Document]:
        return [task for task in self.tasks if task["kind"] == kind]

    def tell_table(self, rows: list[Document]) -> None:
        """Send a table, and then of the rows that were refused what a clerk has mended."""
        first = [task for task in rows if "mends" not in task]
        self.note_rows(first)
        mended = [task for task in rows if self.said.get((task["id"], task.get("mends", 0))) == "refused"]
        self.note_rows(mended)

    def note_rows(self, rows: list[Document]) -> None:
        for task, outcome in zip(rows, self.tell_rows(rows), strict=True):
            self.note(task, outcome)

    def report(self) -> list[Document]:
        return [
            {"fact": fact, "revision": revision, "outcome": outcome}
            for (fact, revision), outcome in self.said.items()
        ]

    def name_of(self, task: Document) -> str:
        """What makes it safe to send again: the fact's own key, and which version of it this is."""
        return f"{task['id']}-{task['revision']}"

    def tell_events(self, tasks: dict[str, Document]) -> None:
        body = {"events": [task["event"] | {"event_id": name} for name, task in tasks.items()]}
        answer = self.send("/v1/agency/dossier-events", json=body)
        results = answer.json()["results"] if answer is not None and answer.is_success else []
        outcomes = {result["event_id"]: result["outcome"] for result in results}
        for name, task in tasks.items():
            self.note(task, outcomes.get(name))

    def tell_paper(self, name: str, task: Document) -> None:
        file = task["file"]
        content = base64.b64decode(file["base64"])
        parts = {
            "metadata": (None, json.dumps(task["result"] | {"source_id": name}), "application/json"),
            "file": (file["name"], content, file["media_type"]),
        }
        answer = self.send("/v1/agency/results", files=parts)
        refused = answer is not None and answer.is_client_error
        self.note(task, "refused" if refused else "accepted" if answer is not None else None)

    def note(self, task: Document, outcome: str | None) -> None:
        said = "told" if outcome in KEPT else "refused" if outcome == "refused" else "failed"
        self.said[task["id"], task["revision"]] = said


def from_desk(url: str, kind: type[Integration]) -> None:
    """Fetch tasks until there are no more."""
    with httpx.Client(timeout=TIMEOUT, headers={"user-agent": AGENT}) as desk:
        while True:
            answer = desk.get(f"{url}/tasks").raise_for_status()
            if answer.status_code == 204:
                time.sleep(float(answer.headers["retry-after"]))
                continue
            document = answer.json()
            if document.get("finished"):
                return
            told = {"scenario": document["scenario"], "outcomes": kind(document).run(), "doors": DOORS}
            desk.post(f"{url}/outcomes", json=told).raise_for_status()


def main(kind: type[Integration] = Integration) -> None:
    if len(sys.argv) > 1:
        from_desk(sys.argv[1], kind)
        return
    for line in [{"doors": DOORS}, *kind(json.load(sys.stdin)).run()]:
        print(json.dumps(line))


if __name__ == "__main__":
    main()
