"""Starting and stopping the process."""

import asyncio
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from infra.sandbox import launch

STOP_WITHIN = 2  # seconds


@pytest.mark.parametrize("option", ["--http-port", "--smtp-port"])
def test_a_taken_port_is_one_clear_line(option):
    """The process says which address it cannot have, and ends with 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "infra.sandbox",
            "--http-port=0",
            "--smtp-port=0",
            f"{option}={port}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"sandbox: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    "arguments", [["--public-url=ftp://x"], ["--http-port=70000"], ["--idp-client-secret="]]
)
def test_bad_arguments_are_told_so(arguments):
    """What cannot be meant ends with 2 and the usage, not with a traceback."""
    command = [sys.executable, "-m", "infra.sandbox", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("usage:")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_it_at_once_and_cleanly(number, eventually):
    """Neither a waiting reader, a hanging answer nor an open mail connection holds up the end."""
    with launch.running() as sandbox:
        async with httpx.AsyncClient(base_url=sandbox.http, timeout=10) as http:

            async def struck():
                return (await http.get("/sandbox/faults/idp")).json() == {"script": []}

            hang = {"script": [{"kind": "delay", "seconds": 60}]}
            assert (await http.put("/sandbox/faults/idp", json=hang)).status_code == 200
            reader, writer = await asyncio.open_connection(sandbox.smtp_host, sandbox.smtp_port)
            assert (await reader.readline()).startswith(b"220")
            waiting = asyncio.create_task(http.get("/sandbox/outbox?wait=60"))
            hanging = asyncio.create_task(http.get("/idp/jwks"))
            await eventually(struck)
            started = time.monotonic()
            sandbox.process.send_signal(number)
            assert (await waiting).json() == {"items": [], "last": 0}
            assert (await hanging).status_code == 200
            assert await asyncio.to_thread(sandbox.process.wait, 10) == 0
            assert time.monotonic() - started < STOP_WITHIN
            writer.close()


def test_it_ends_with_its_parent():
    """When the parent's end of the pipe closes, as it does when the parent is killed, the sandbox stops."""
    with launch.running() as sandbox:
        assert httpx.get(f"{sandbox.http}/health").status_code == 200
    assert sandbox.process.returncode == 0


def test_keys_outlive_the_process_in_a_state_dir(tmp_path):
    """With a state directory the keys are the same after a restart, and for the owner's eyes only."""
    keys = []
    for _ in range(2):
        with launch.running(f"--state-dir={tmp_path / 'state'}") as sandbox:
            account = httpx.get(f"{sandbox.http}/sandbox/service-account.json").json()
            keys.append(
                (account["private_key"], httpx.get(f"{sandbox.http}/idp/jwks").json()["keys"][0]["n"])
            )
    assert keys[0] == keys[1]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "state").iterdir()} == {0o600}


def test_public_url_is_what_others_are_told():
    """Discovery and the service account name the public URL instead of the listener."""
    with launch.running("--public-url=http://sandbox.test:99/") as sandbox:
        metadata = httpx.get(f"{sandbox.http}/idp/.well-known/openid-configuration").json()
        account = httpx.get(f"{sandbox.http}/sandbox/service-account.json").json()
    assert metadata["issuer"] == "http://sandbox.test:99/idp"
    assert account["token_uri"] == "http://sandbox.test:99/google/token"


def test_it_stands_alone():
    """The sandbox imports none of the packages that it is a stand-in for."""
    code = (
        "import sys, infra.sandbox.__main__\n"
        "print(sorted({'api', 'auth', 'notify', 'storage'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "[]\n"


async def test_stopping_drops_what_is_under_way():
    """A late report does not hold up the end of the process."""
    with launch.running("--api-url=http://127.0.0.1:9") as sandbox:
        async with httpx.AsyncClient(base_url=sandbox.http) as client:
            late = {"script": [{"kind": "late", "seconds": 600}]}
            assert (await client.put("/sandbox/receipts/sms", json=late)).status_code == 200
            twilio = (await client.get("/sandbox/accounts.json")).json()["twilio"]
            await client.post(
                f"/twilio/2010-04-01/Accounts/{twilio['account_sid']}/Messages.json",
                auth=(twilio["account_sid"], twilio["auth_token"]),
                data={
                    "To": "+84900000001",
                    "From": "+15005550006",
                    "Body": "x",
                    "StatusCallback": "http://127.0.0.1:9",
                },
            )
            assert (await client.get("/sandbox/receipts")).json()["sms"]["waiting"] == 1
        started = time.monotonic()
    assert sandbox.process.returncode == 0
    assert time.monotonic() - started < 5
