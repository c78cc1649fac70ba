"""Signals come up at checkpoints and nowhere else, unless they are repeated."""

import os
import signal

import pytest

from api import interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_waits_for_a_checkpoint(number: signal.Signals):
    """What the signal falls into goes on to its next checkpoint."""
    went_on = False
    with interrupts.noted():
        interrupts.checkpoint()
        os.kill(os.getpid(), number)
        went_on = True
        with pytest.raises(KeyboardInterrupt):
            interrupts.checkpoint()
    assert went_on


def test_the_second_is_taken_at_once():
    """Who is out of patience does not wait for a checkpoint."""
    with interrupts.noted():
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_it_leaves_nothing_behind():
    """Afterwards signals mean what they meant before, and an old one is forgotten."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with interrupts.noted():
        os.kill(os.getpid(), signal.SIGTERM)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
    with interrupts.noted():
        interrupts.checkpoint()


def test_what_fails_after_one_is_an_interrupt():
    """A helper that the same Ctrl-C ended is no fault; without a signal a fault is a fault."""
    with pytest.raises(KeyboardInterrupt), interrupts.noted():  # noqa: PT012 - one of them is the signal
        os.kill(os.getpid(), signal.SIGINT)
        raise OSError("initdb was interrupted")
    with pytest.raises(OSError, match="initdb"), interrupts.noted():
        raise OSError("initdb is missing")
