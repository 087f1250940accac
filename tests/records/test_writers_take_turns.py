"""Writers of one SQLite file write in the order in which they came, and none waits for ever."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from engine.errors import Conflict
from engine.records.turns import Turns


def test_writers_are_served_in_the_order_in_which_they_came() -> None:
    turns, served, hold = Turns(10), [], Event()

    def first() -> None:
        with turns.turn():
            hold.wait(10)

    def write(name: int) -> None:
        with turns.turn():
            served.append(name)

    with ThreadPoolExecutor(6) as pool:
        pool.submit(first)
        for name in range(5):
            while len(turns._queue) < name + 1:
                time.sleep(0.001)
            pool.submit(write, name)
        while len(turns._queue) < 6:
            time.sleep(0.001)
        hold.set()

    assert served == [0, 1, 2, 3, 4]


def test_a_writer_that_comes_again_at_once_lets_the_waiting_one_go_first() -> None:
    turns, served, busy = Turns(10), [], Event()

    def again_and_again() -> None:
        for _ in range(50):
            with turns.turn():
                busy.set()
                time.sleep(0.001)
                served.append("flood")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(again_and_again)
        busy.wait(10)
        with turns.turn():
            served.append("clerk")

    assert served.index("clerk") < 25


def test_one_that_waits_too_long_is_refused_and_the_next_is_served() -> None:
    turns = Turns(0.01)

    with turns.turn(), pytest.raises(Conflict, match="Expected the database to be free"), turns.turn():
        pass

    with turns.turn():
        assert len(turns._queue) == 1


def test_a_writer_that_fails_hands_the_pen_on() -> None:
    turns = Turns(0.01)

    with pytest.raises(ValueError, match="spoilt"), turns.turn():
        raise ValueError("spoilt")

    with turns.turn():
        assert len(turns._queue) == 1
