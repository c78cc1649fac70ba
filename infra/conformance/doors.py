"""The further doors, told correctly: whole dossiers, what is arranged, and tables."""

import csv
import io

import httpx
from calling import Caller, Document

LISTS = ("appointments", "payments", "postal_items")
READINGS = 5
"""Times that a dossier is read again because somebody else was quicker."""
HISTORY = "history"


class Dossiers(Caller):
    """Tells dossiers as a whole, and never over what others told."""

    def tell_dossier(self, task: Document) -> str | None:
        """Tell a new one; where it is there already, add to it. Return what became of it."""
        path, body = f"/v1/agency/dossiers/{task['code']}", self.body_of(task)
        answer = self.send(path, "PUT", headers={"if-none-match": "*"}, json=body)
        if answer is not None and answer.status_code == 409:
            # Ours, if an answer of it was lost, or another system's: without a condition nothing is undone.
            answer = self.send(path, "PUT", json=body)
        return outcome_of(answer)

    def body_of(self, task: Document) -> Document:
        """Give events and appointments ids of their own: what makes it safe to send again."""
        body: Document = dict(task["dossier"])
        body["events"] = [
            event | {"event_id": f"{task['id']}-{event['status']}-{task['revision']}"}
            for event in body["events"]
        ]
        body["appointments"] = [named(one) for one in body["appointments"]]
        return body

    def change_dossier(self, task: Document) -> str | None:
        """Read it, change it and put it back, unless it has changed since: then begin anew."""
        path = f"/v1/agency/dossiers/{task['code']}"
        answer = None
        for _ in range(READINGS):
            found = self.send(path, "GET")
            if found is None or not found.is_success:
                return outcome_of(found)
            body = changed(found.json(), task)
            answer = self.send(path, "PUT", headers={"if-match": found.headers["etag"]}, json=body)
            if answer is None or answer.status_code != 412:
                break
        return outcome_of(answer)


class Things(Caller):
    """Tells what is arranged: each under one id, and how it goes on."""

    def tell_thing(self, task: Document) -> str | None:
        path = f"/v1/agency/dossiers/{task['dossier_code']}/{task['list']}"
        source_id = task["thing"]
        outcome = outcome_of(self.send(path, json=task["first"] | {"source_id": source_id}))
        for change in task["changes"]:
            if outcome != "accepted":
                break
            outcome = outcome_of(self.send(f"{path}/{source_id}", "PATCH", json=change))
        return outcome


class Tables(Caller):
    """Tells rows of a table: all at once, and of those that were refused what a clerk has mended."""

    def tell_rows(self, tasks: list[Document]) -> list[str | None]:
        """Return what became of each row, in their order."""
        if not tasks:
            return []
        content = table_of([task["row"] | {"Mã sự kiện": self.row_name(task)} for task in tasks])
        headers = {"content-type": "text/csv; charset=utf-8"}
        answer = self.send("/v1/agency/dossier-events/csv", content=content, headers=headers)
        if answer is None or not answer.is_success:
            return [outcome_of(answer)] * len(tasks)
        return [row["outcome"] for row in answer.json()["rows"]]

    def row_name(self, task: Document) -> str:
        return f"{task['id']}-{task['revision']}"


def named(thing: Document) -> Document:
    """Call a thing by the agency's own name for it."""
    return {name: value for name, value in thing.items() if name != "thing"} | {"source_id": thing["thing"]}


def changed(read: Document, task: Document) -> Document:
    """Make a body of what was read, and work a change into it; what is not to be changed stays."""
    body: Document = {name: read[name] for name in ("channel", "summary", "parent_code")} | task["set"]
    for name in LISTS:
        left_out = task["leave_out"].get(name, ())
        body[name] = [
            {field: value for field, value in thing.items() if field != HISTORY and value is not None}
            for thing in read[name]
            if thing["source_id"] not in left_out
        ]
    return {name: value for name, value in body.items() if value is not None}


def table_of(rows: list[Document]) -> bytes:
    """Write a table as a spreadsheet does."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def outcome_of(answer: httpx.Response | None) -> str | None:
    """Say what became of something that was told by itself; none where nobody knows."""
    if answer is None:
        return None
    return "accepted" if answer.is_success else "refused"
