"""When to look: every step, or as often as a share of the training's own time allows."""

import time

# Looked at whatever they cost, so that short trainings are seen at all.
FIRST = 3
# As many times a step's time is a pause.
PAUSE = 20


class Schedule:
    def __init__(self, budget):
        self.budget = budget
        self.looked = 0
        self.steps = 0
        self.plain = None     # seconds of a step that is not looked at: a running mean
        self.cost = None      # seconds that a look adds, to the step after it as well: a running mean
        self._of_look = None  # seconds that the look in the step before has added to it
        self.spent = 0.0      # seconds that watching has added
        self.time = 0.0       # seconds of all steps
        self.last = None

    def step(self, looked, interval, own=0.0):
        """A step has ended; whether to look at the next. `interval`: every how many steps at most. `own`: seconds of
        the step that went to watching even though it was not looked at."""
        now = time.perf_counter()
        if self.last is not None:
            self._learn(now - self.last, looked, own)
        self.last = now
        self.steps += 1
        self.looked += looked
        if self.steps % interval:
            return False
        if self.budget is None or self.steps < FIRST:
            return True
        if self.plain is None or self.cost is None:
            return self.steps >= 2 * FIRST and self.cost is None
        return self.spent + self.cost <= self.budget * (self.time - self.spent)

    def charge(self, seconds):
        """Other work of watching, done between two steps: paid from the same budget."""
        self.spent += seconds
        self.time += seconds
        if self.last is not None:
            self.last += seconds

    def _learn(self, seconds, looked, own):
        if self.plain is not None and seconds > PAUSE * self.plain:
            return  # validation, a slow loader: no step of the training's
        self.time += seconds
        if not looked:
            self.spent += own
            seconds -= own
        added = max(seconds - self.plain, 0.0) if self.plain is not None else None
        after, self._of_look = self._of_look, added if looked else None
        if looked or (after is not None and added is not None):
            self.spent += added or 0.0
        else:
            self.plain = seconds if self.plain is None else 0.9 * self.plain + 0.1 * seconds
        if after is not None:  # a look empties caches that the step after it has to fill again
            cost = after if looked else after + added
            self.cost = cost if self.cost is None else 0.7 * self.cost + 0.3 * cost

    @property
    def overhead(self):
        """Share of the training's own time that watching has added; None before both kinds of step were seen."""
        own = self.time - self.spent
        return self.spent / own if self.plain is not None and own > 0 else None
