"""When Python looks for objects that only hold each other."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

Piece = TypeVar("Piece")


@contextmanager
def without_collecting() -> Iterator[None]:
    """For work that makes a hundred thousand objects, none of them in a circle, and lets go of all of them at its end.

    Python would look through all of its objects again and again meanwhile: half of the time of an import. It must end
    within seconds, since the whole process collects no circles until then. Two threads at once do no harm: whoever
    came first switches it on again.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def each_without_collecting(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same pieces, none of them None, each made without; between two of them Python looks if it is due."""
    while True:
        with without_collecting():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
