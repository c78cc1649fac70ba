"""What the sandbox took in outlives it."""

import smtplib

import httpx

from infra.sandbox import launch


def test_arrivals_outlive_a_killed_process(tmp_path):
    """After SIGKILL and a torn write, the next process knows what arrived, and tells repeats of it."""
    journal = tmp_path / "journal"
    with launch.running(f"--journal={journal}") as sandbox:
        _send(sandbox, "one@example.vn", "two@example.vn")
        before = _outbox(sandbox)
        sandbox.process.kill()
    with journal.open("ab") as torn:
        torn.write(journal.read_bytes()[:20])

    for life in (1, 2):
        with launch.running(f"--journal={journal}") as sandbox:
            _send(sandbox, "one@example.vn")
            items = _outbox(sandbox)
            counts = httpx.get(f"{sandbox.http}/sandbox/outbox/counts").json()
        assert items[:2] == before
        assert [item["sequence"] for item in items] == list(range(1, 3 + life))
        assert [item.get("duplicate_of") for item in items] == [None, None] + [1] * life
        assert (counts["email"], counts["duplicates"]["email"]) == (2 + life, life)


def _send(sandbox, *recipients):
    with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port) as client:
        for to in recipients:
            client.sendmail("a@example.vn", [to], f"Message-ID: <{to}>\r\nSubject: x\r\n\r\ny\r\n")


def _outbox(sandbox):
    return httpx.get(f"{sandbox.http}/sandbox/outbox").json()["items"]
