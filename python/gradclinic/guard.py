"""What goes wrong in the watching ends the watching, never the training."""

import contextlib
import functools


class Guard:
    def __init__(self):
        self.notes = []       # what could not be seen, and why
        self._noted = set()
        self.ended = False
        self.let_go = []      # what to call at the end
        self.step = 0

    def give_up(self, where, error):
        self.notes.append(f"watching ended in {where.strip('_')} at step {self.step}: {type(error).__name__}: {error}")
        self.end()

    def note(self, text):
        """Adds a note, once."""
        if text not in self._noted:
            self._noted.add(text)
            self.notes.append(text)

    def told(self, reader, *of, otherwise):
        """What a reader of a graph tells; `otherwise` of a graph that it cannot read, which is noted."""
        try:
            return reader(*of)
        except Exception as error:  # noqa: BLE001 users' graphs have nodes of any kind
            self.note(f"a part of what the model or the loss computes could not be read, and is left out "
                      f"({reader.__name__}: {type(error).__name__}: {error})")
            return otherwise

    def end(self):
        self.ended = True
        for call in self.let_go:
            with contextlib.suppress(Exception):
                call()
        self.let_go = []


def guarded(method):
    """Of an object with a guard: does nothing once the watching has ended, and raises nothing."""

    @functools.wraps(method)
    def call(self, *args, **kwargs):
        if self.guard.ended:
            return None
        try:
            return method(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001: the user's loop goes on whatever it is
            self.guard.give_up(method.__name__, error)
            return None

    return call
