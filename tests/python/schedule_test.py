"""When a schedule looks, on made-up clocks."""

import unittest
from unittest import mock

from gradclinic import schedule


def looks(budget, seconds_of, steps, cost=0.5, interval=1, after=0.0):
    """Which of so many steps are looked at; a look adds `cost` of a step's second, and `after` to the step behind it."""
    now = 0.0
    made = schedule.Schedule(budget)
    looked, seen = True, []  # the first step is looked at
    with mock.patch.object(schedule.time, "perf_counter", lambda: now):
        for step in range(steps):
            now += seconds_of(step) + (cost if looked else 0.0) + (after if seen and seen[-1] else 0.0)
            seen.append(looked)
            looked = made.step(looked, interval)
    return seen, made


class When(unittest.TestCase):
    def test_every_step_without_a_budget(self):
        self.assertEqual(looks(None, lambda _: 1.0, 50)[0], [True] * 50)

    def test_the_first_ones_and_then_what_the_budget_allows(self):
        seen, made = looks(0.03, lambda _: 1.0, 5000)
        self.assertEqual(seen[:3], [True] * 3)
        share = 0.5 * sum(seen) / 5000
        self.assertLess(share, 0.033)
        self.assertGreater(share, 0.025)
        self.assertAlmostEqual(made.overhead, share, delta=0.003)

    def test_the_step_after_a_look_is_part_of_its_cost(self):
        seen, made = looks(0.03, lambda _: 1.0, 5000, after=0.25)
        self.assertAlmostEqual(0.75 * sum(seen) / 5000, 0.03, delta=0.002)
        self.assertAlmostEqual(made.plain, 1.0, delta=0.001)
        self.assertAlmostEqual(made.overhead, 0.03, delta=0.002)

    def test_pauses_earn_nothing(self):
        with_pauses, _ = looks(0.03, lambda step: 100.0 if step % 50 == 49 else 1.0, 3000)
        without, _ = looks(0.03, lambda _: 1.0, 3000)
        self.assertLess(abs(sum(with_pauses) - sum(without)), 0.2 * sum(without))

    def test_dear_looks_are_rare_and_cheap_ones_frequent(self):
        self.assertLess(sum(looks(0.03, lambda _: 1.0, 1000, cost=10.0)[0]), 10)
        self.assertGreater(sum(looks(0.03, lambda _: 1.0, 1000, cost=0.02)[0]), 900)

    def test_other_work_is_paid_from_the_same_budget(self):
        now = 0.0
        made = schedule.Schedule(0.03)
        looked, count = True, 0
        with mock.patch.object(schedule.time, "perf_counter", lambda: now):
            for step in range(5000):
                now += 1.5 if looked else 1.0
                if step % 100 == 50:
                    now += 1.0
                    made.charge(1.0)
                count += looked
                looked = made.step(looked, 1)
        self.assertAlmostEqual((0.5 * count + 50) / 5000, 0.03, delta=0.004)
        self.assertAlmostEqual(made.plain, 1.0, delta=0.01)

    def test_steps_that_are_not_looked_at_pay_for_their_part(self):
        now = 0.0
        made = schedule.Schedule(0.03)
        looked, count = True, 0
        with mock.patch.object(schedule.time, "perf_counter", lambda: now):
            for _ in range(5000):
                now += 1.51 if looked else 1.01
                count += looked
                looked = made.step(looked, 1, 0.01)
        self.assertAlmostEqual((0.5 * count + 50) / 5000, 0.03, delta=0.002)
        self.assertAlmostEqual(made.plain, 1.0, delta=0.001)

    def test_no_more_often_than_the_record_takes(self):
        seen, _ = looks(None, lambda _: 1.0, 64, interval=8)
        self.assertEqual([step for step, looked in enumerate(seen) if looked], list(range(0, 64, 8)))


if __name__ == "__main__":
    unittest.main()
