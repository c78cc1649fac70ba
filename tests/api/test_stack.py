"""What `tindan run` says when it cannot bring its processes up."""

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import TypeAdapter

from api.agency_dossiers.examples import PAYMENT
from api.recording.arrangements import host_of
from api.settings import PaymentHost
from api.stack import Ports, Stack, StackError

SETTINGS = {"api": "TINDAN_PORT", "sandbox": "TINDAN_SANDBOX_PORT", "smtp": "TINDAN_SANDBOX_SMTP_PORT"}


def test_a_taken_port_is_named_with_its_setting():
    """The message says which setting moves it."""
    ports = Ports.free()
    said = f"{ports.smtp} is taken.*TINDAN_SANDBOX_SMTP_PORT"
    with socket.create_server(("127.0.0.1", ports.smtp)), pytest.raises(StackError, match=said):
        ports.require_free(SETTINGS)
    ports.require_free(SETTINGS)


def test_two_parts_cannot_share_a_port():
    """A port that is free, but wanted by two parts, is found before either is started."""
    port = Ports.free().api
    ports = Ports(api=port, sandbox=port, smtp=Ports.free().smtp)
    with pytest.raises(StackError, match=f"{port} is wanted twice.*TINDAN_SANDBOX_PORT"):
        ports.require_free(SETTINGS)


def test_what_a_part_said_before_is_not_blamed(tmp_path: Path):
    """Of the log of many runs, the message quotes the last one."""
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "sandbox.log").write_text("an error of yesterday\n")
    ports = Ports.free()
    stack = Stack(data_dir=tmp_path, database_url="", ports=ports, logs=logs)
    with socket.create_server(("127.0.0.1", ports.sandbox)), pytest.raises(StackError) as raised:
        stack.start_sandbox()
    stack.stop()
    assert "sandbox ended with code" in str(raised.value)
    assert "address already in use" in str(raised.value).lower()
    assert "yesterday" not in str(raised.value)


def test_payments_can_be_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever tries the API out may ask for a payment at the sandbox, and as the description shows it."""
    stack = Stack(data_dir=tmp_path, database_url="", ports=Ports.free())
    monkeypatch.setattr(Stack, "_accounts", lambda _: {})
    monkeypatch.setattr(Stack, "_told", lambda _, name: name)
    hosts = json.loads(stack.settings()["TINDAN_PAYMENT_HOSTS"])
    assert {host_of(PAYMENT["link"]), urlsplit(stack.sandbox_url).hostname} == set(hosts)
    TypeAdapter(list[PaymentHost]).validate_python(hosts)
