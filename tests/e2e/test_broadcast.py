"""What an operator tells many arrives on the phones that follow it: on a whole installation."""

import json
import os
import re
import subprocess
import sys
import time

import httpx
import pytest

from api.demonstration.actors import people

PATIENCE = 20.0
TITLE = "Trụ sở nghỉ lễ Quốc khánh"


@pytest.fixture
def tindan(theatre):
    """Run a command of the operator's on the installation; return what it answers."""
    stack, _ = theatre

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", "broadcasts", *arguments, "--json"],
            env=os.environ | stack.settings(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def browser(theatre):
    """A browser in which a citizen has signed in to the stand-in app."""
    stack, _ = theatre
    with httpx.Client(base_url=stack.sandbox_url, follow_redirects=True, timeout=20) as browser:
        form = browser.post("/app/sign-in")
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form.text)
        account = people(stack.sandbox_url)[0].account
        page = browser.post("/idp/authorize", data=dict(hidden) | {"account": account})
        assert page.url.path == "/app/dossiers", page.text
        yield browser


def comes(look):
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return True


def test_it_is_told_arrives_is_read_and_is_taken_back(theatre, tindan, browser):
    """On the page of a phone that follows, not on another's; in the app until it is withdrawn; and counted."""
    stack, _ = theatre
    told = tindan(
        *(
            "add",
            "--agency",
            "H26",
            "--audience",
            "all",
            "--title",
            TITLE,
            "--body",
            "Nghỉ ngày 02/9.",
            "--yes",
        )
    )
    follower, other = (people(stack.sandbox_url)[place].account for place in (0, 1))

    def page(account):
        return browser.get("/phone", params={"person": account}).text

    assert comes(lambda: TITLE in page(follower))
    assert TITLE not in page(other)
    inbox = browser.get("/app/notifications").text
    assert TITLE in inbox
    browser.post("/app/notifications/read", data={"id": re.findall(r'name="id" value="([^"]+)"', inbox)})

    def delivered():
        return [one["outcome"] for one in tindan("show", told["id"])["deliveries"]] == [
            "accepted",
            "accepted",
        ]

    assert comes(delivered)
    shown = tindan("show", told["id"])
    assert (shown["state"], shown["reach"][-1]["received"], shown["reach"][-1]["read"]) == ("published", 1, 1)
    assert tindan("withdraw", told["id"], "--reason", "Sai ngày")["changed"] is True
    assert TITLE not in browser.get("/app/notifications").text
