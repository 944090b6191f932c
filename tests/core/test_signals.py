"""Effects across rooms."""

from __future__ import annotations

import pytest

from webapp.core.signals import Signal


def test_a_signal_calls_its_handlers_in_order_and_each_once():
    signal, heard = Signal("tested"), []

    def first(event):
        heard.append(("first", event))

    def second(event):
        heard.append(("second", event))

    for handler in (first, second, first):
        signal.connect(handler)
    signal.send(7)
    assert heard == [("first", 7), ("second", 7)]


def test_a_handler_that_fails_stops_the_sender():
    signal, heard = Signal("tested"), []

    def fails(_event):
        raise RuntimeError("no")

    signal.connect(fails)
    signal.connect(heard.append)
    with pytest.raises(RuntimeError):
        signal.send(1)
    assert heard == []
