"""The scripted channel of these tests passes the contract of the real ones."""

from fnmatch import fnmatch
from typing import Any

import pytest

from notify.ports import Outcome, OutcomeKind, Outgoing
from tests.contracts.channels import test_contract as contract
from tests.contracts.channels.conftest import Stage
from tests.notify.twin import ScriptedChannel, accepted

# What of the contract is about sockets and providers' clocks has no meaning here.
test_an_unusable_address_concerns_itself_alone = contract.test_an_unusable_address_concerns_itself_alone
test_calls_may_overlap = contract.test_calls_may_overlap
test_closing_leaves_nothing_behind = contract.test_closing_leaves_nothing_behind
test_each_message_is_accepted_once = contract.test_each_message_is_accepted_once
test_nothing_to_send_is_no_work = contract.test_nothing_to_send_is_no_work
test_outcomes_are_in_the_order_of_the_messages = contract.test_outcomes_are_in_the_order_of_the_messages


@pytest.fixture(params=["email", "push"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """The scripted channel, as if before a provider."""
    channel = ScriptedChannel(request.param)

    async def outbox() -> list[dict[str, Any]]:
        return [{"to": outgoing.target} for outgoing in channel.taken]

    async def script(_fault: dict[str, Any], *, match: dict[str, str]) -> None:
        def answer(outgoing: Outgoing) -> Outcome:
            gone = fnmatch(outgoing.target, match["to"])
            return Outcome(kind=OutcomeKind.UNREACHABLE, code="gone") if gone else accepted(outgoing)

        channel.answer = answer

    return Stage(
        name=request.param,
        channel=channel,
        hasty=channel,
        open=lambda: ScriptedChannel(request.param),
        outbox=outbox,
        script=script,
    )
