"""Integrations that are wrong in one way each, as they are met: the kit has to find each of them.

tindan conformance run --agency-command "python infra/conformance/broken.py hasty"
"""

import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import doors
import httpx
import reference
from calling import TRIES, Document
from reference import Integration


class NewIds(Integration):
    """Draws a new id each time that it sends."""

    events: Sequence[Document] = ()

    def send(self, path: str, method: str = "POST", **content: Any) -> httpx.Response | None:
        self.events = content.get("json", {}).get("events", ())
        return super().send(path, method, **content)

    def pause(self, attempt: int, told: str | None = None) -> None:
        super().pause(attempt, told)
        self.draw()

    def draw(self) -> None:
        for event in self.events:
            event["event_id"] = uuid.uuid4().hex

    def tell_events(self, tasks: dict[str, Document]) -> None:
        self.events = [dict(task["event"]) for task in tasks.values()]
        self.draw()
        answer = self.send("/v1/agency/dossier-events", json={"events": self.events})
        results = answer.json()["results"] if answer is not None and answer.is_success else []
        for task, result in zip(tasks.values(), results, strict=False):
            self.note(task, result["outcome"])


class Hasty(Integration):
    """Pauses after a failure, but never for as long as it is told."""

    def pause(self, attempt: int, told: str | None = None) -> None:  # noqa: ARG002 - that is what is wrong
        time.sleep(0.3)


class Silent(Integration):
    """Takes a batch for told when the request went well, whatever stands in its results."""

    def note(self, task: Document, outcome: str | None) -> None:
        super().note(task, "accepted" if outcome is not None else None)


class Careless(Integration):
    """Takes a request that got no answer for sent."""

    def send(self, path: str, method: str = "POST", **content: Any) -> httpx.Response | None:
        try:
            return self.http.request(
                method,
                self.api["base_url"] + path,
                headers={"authorization": f"Bearer {self.get_token()}"},
                **content,
            )
        except httpx.TransportError:
            return None

    def note(self, task: Document, outcome: str | None) -> None:
        super().note(task, outcome or "accepted")


class Unbending(Integration):
    """Names a fact once and for all, also when it was corrected."""

    def name_of(self, task: Document) -> str:
        return str(task["id"])

    def run(self) -> list[Document]:
        with self.http:
            for task in self.tasks:
                self.tell_events({self.name_of(task): task})
        return self.report()


class Clockwise(Integration):
    """Tells when it sends, and not when it happened."""

    def tell_events(self, tasks: dict[str, Document]) -> None:
        for task in tasks.values():
            task["event"]["occurred_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        super().tell_events(tasks)


class Chatty(Integration):
    """Writes what it does into its log: with its secret, and the names of people."""

    def send(self, path: str, method: str = "POST", **content: Any) -> httpx.Response | None:
        print(method, path, self.api["client_secret"], content.get("json"))
        return super().send(path, method, **content)


class Stubborn(Integration):
    """Sends what was refused again and again."""

    def tell_events(self, tasks: dict[str, Document]) -> None:
        super().tell_events(tasks)
        refused = {
            name: task for name, task in tasks.items() if self.said[task["id"], task["revision"]] == "refused"
        }
        if refused:
            time.sleep(0.3)
            super().tell_events(refused)


class Overwriting(Integration):
    """Writes over a dossier that has changed since it was read."""

    def change_dossier(self, task: Document) -> str | None:
        path = f"/v1/agency/dossiers/{task['code']}"
        found = self.send(path, "GET")
        if found is None:
            return None
        body = doors.changed(found.json(), task)
        answer = self.send(path, "PUT", headers={"if-match": found.headers["etag"]}, json=body)
        if answer is not None and answer.status_code == 412:
            answer = self.send(path, "PUT", headers={"if-match": "*"}, json=body)
        return doors.outcome_of(answer)


class Complacent(Integration):
    """Takes a dossier that is there already for the one that it was to tell."""

    def tell_dossier(self, task: Document) -> str | None:
        path = f"/v1/agency/dossiers/{task['code']}"
        answer = self.send(path, "PUT", headers={"if-none-match": "*"}, json=self.body_of(task))
        if answer is not None and answer.status_code == 409:
            return "accepted"
        return doors.outcome_of(answer)


class Renaming(Integration):
    """Never changes what it told: it tells it once more, and under another name where its own is taken."""

    def tell_thing(self, task: Document) -> str | None:
        path = f"/v1/agency/dossiers/{task['dossier_code']}/{task['list']}"
        outcome = None
        for told in (task["first"], *task["changes"]):
            answer = self.send(path, json=told | {"source_id": task["thing"]})
            if answer is not None and answer.status_code == 409:
                answer = self.send(path, json=told | {"source_id": uuid.uuid4().hex})
            outcome = doors.outcome_of(answer)
        return outcome


class Timeless(Integration):
    """Says how things stand, and not since when."""

    def tell_thing(self, task: Document) -> str | None:
        for told in (task["first"], *task["changes"]):
            told.pop("state_at")
        return super().tell_thing(task)


class WholeTable(Integration):
    """Sends the whole table again when one row of it was mended."""

    def tell_table(self, rows: list[Document]) -> None:
        self.note_rows([task for task in rows if "mends" not in task])
        mended = {(task["id"], task["mends"]) for task in rows if "mends" in task}
        time.sleep(0.3)
        self.note_rows([task for task in rows if (task["id"], task["revision"]) not in mended])


class Scribbling(Integration):
    """Numbers the rows of a table anew each time that it sends it."""

    def send(self, path: str, method: str = "POST", **content: Any) -> httpx.Response | None:
        for attempt in range(TRIES):
            try:
                return self.once(path, method, **content)
            except httpx.TransportError:
                self.pause(attempt)
                content["content"] = content["content"].replace(b"F-", b"F-again-")
        return None

    def once(self, path: str, method: str, *, headers: Document, content: bytes) -> httpx.Response:
        shown = headers | {"authorization": f"Bearer {self.get_token()}"}
        return self.http.request(method, self.api["base_url"] + path, headers=shown, content=content)


KINDS: dict[str, type[Integration]] = {
    "new-ids": NewIds,
    "hasty": Hasty,
    "silent": Silent,
    "careless": Careless,
    "unbending": Unbending,
    "clockwise": Clockwise,
    "chatty": Chatty,
    "stubborn": Stubborn,
    "overwriting": Overwriting,
    "complacent": Complacent,
    "renaming": Renaming,
    "timeless": Timeless,
    "whole-table": WholeTable,
    "scribbling": Scribbling,
}

if __name__ == "__main__":
    reference.main(KINDS[sys.argv.pop(1)])
