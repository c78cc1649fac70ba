"""A correct integration in a few lines: tells the tasks that `tindan conformance` hands it.

    tindan conformance run --agency-command "python infra/conformance/reference.py"

With an address it fetches its tasks there instead: `python infra/conformance/reference.py http://…`.
It needs httpx alone, and nothing of TinDan: copy from it whatever is of use.
"""

import base64
import json
import random
import sys
import time
from typing import Any

import httpx

AGENT = "TinDanReference/1.0 (+https://tindan.example/conformance)"
BATCH = 1000
TRIES = 8
TIMEOUT = 30.0
KEPT = {"accepted", "repeated"}
AGAIN = {408, 425, 429, 500, 502, 503, 504}
Document = dict[str, Any]


class Integration:
    """Tells the tasks of one document; `said` is what became of each."""

    def __init__(self, document: Document) -> None:
        self.api, self.tasks = document["api"], document["tasks"]
        self.http = httpx.Client(timeout=TIMEOUT, headers={"user-agent": AGENT})
        self.token: str | None = None
        self.said: dict[tuple[str, int], str] = {}

    def run(self) -> list[Document]:
        with self.http:
            events = {self.name_of(task): task for task in self.tasks if task["kind"] == "event"}
            papers = {self.name_of(task): task for task in self.tasks if task["kind"] == "result"}
            names = list(events)
            for start in range(0, len(names), BATCH):
                self.tell_events({name: events[name] for name in names[start : start + BATCH]})
            for name, task in papers.items():
                self.tell_paper(name, task)
        return self.report()

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

    def send(self, path: str, **content: Any) -> httpx.Response | None:
        """Post until there is an answer that says something; none where there never was."""
        for attempt in range(TRIES):
            try:
                answer = self.http.post(
                    self.api["base_url"] + path,
                    headers={"authorization": f"Bearer {self.get_token()}"},
                    **content,
                )
            except httpx.TransportError:
                self.pause(attempt)
                continue
            if answer.status_code == 401:
                self.token = None
            elif answer.status_code in AGAIN:
                self.pause(attempt, answer.headers.get("retry-after"))
            else:
                return answer
        return None

    def pause(self, attempt: int, told: str | None = None) -> None:
        if told is not None and told.isdigit():
            time.sleep(int(told))
        else:
            time.sleep(min(30, 0.5 * 2**attempt) * random.uniform(1, 1.5))

    def get_token(self) -> str:
        if self.token is None:
            answer = self.http.post(
                self.api["token_url"],
                data={"grant_type": "client_credentials"},
                auth=(self.api["client_id"], self.api["client_secret"]),
            )
            answer.raise_for_status()
            self.token = answer.json()["access_token"]
        return self.token


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
            told = {"scenario": document["scenario"], "outcomes": kind(document).run()}
            desk.post(f"{url}/outcomes", json=told).raise_for_status()


def main(kind: type[Integration] = Integration) -> None:
    if len(sys.argv) > 1:
        from_desk(sys.argv[1], kind)
        return
    for line in kind(json.load(sys.stdin)).run():
        print(json.dumps(line))


if __name__ == "__main__":
    main()
