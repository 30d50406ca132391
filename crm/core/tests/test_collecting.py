"""Python's collector rests while bulk work runs, and goes on afterwards whatever happens."""

import gc
from threading import Barrier

import pytest

from crm.core.collecting import THRESHOLDS, each_without_collecting, settle, without_collecting
from tests.meeting import at_once


@pytest.fixture(autouse=True)
def _on_again():
    yield
    gc.enable()


def test_what_a_process_started_with_is_not_gone_through_again():
    before, thresholds = gc.get_freeze_count(), gc.get_threshold()
    started_with = [[] for _ in range(1000)]
    try:
        settle()
        assert gc.get_freeze_count() >= before + len(started_with) and gc.get_threshold() == THRESHOLDS
    finally:
        gc.set_threshold(*thresholds)


def test_it_rests_and_goes_on():
    with without_collecting():
        assert not gc.isenabled()
        with without_collecting():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_fault():
    with pytest.raises(LookupError), without_collecting():
        raise LookupError
    assert gc.isenabled()


def test_who_switched_it_off_before_finds_it_off():
    gc.disable()
    with without_collecting():
        pass
    assert not gc.isenabled()


def test_of_many_at_once_the_last_leaves_it_on():
    inside = Barrier(8)

    def work():
        with without_collecting():
            inside.wait(30)

    at_once([work] * 8)
    assert gc.isenabled()


def test_pieces_are_made_while_it_rests_and_used_while_it_does_not():
    made = (gc.isenabled() for _ in range(3))
    used = [(resting, gc.isenabled()) for resting in each_without_collecting(made)]
    assert used == [(False, True)] * 3
    assert gc.isenabled()
