"""What of its inputs a trained model's outputs depend on, place by place."""

import unittest

import torch
from torch import nn
from torch.nn import functional as F

from gradclinic.looks.reach import UNKNOWN, Reach, reach_of


class Reads(nn.Module):
    def __init__(self, both=False, features=4):
        super().__init__()
        self.cells = nn.GRU(features, 5, batch_first=True, bidirectional=both)

    def forward(self, x):
        return self.cells(x)[0]


class Shifted(Reads):
    """Sees only what came before a step, of all or of some features."""

    def __init__(self, hidden):
        super().__init__()
        self.hidden = hidden

    def forward(self, x):
        before = F.pad(x, (0, 0, 1, 0))[:, :-1]
        seen = torch.cat([before[..., :self.hidden], x[..., self.hidden:]], 2)
        return super().forward(seen)


class Traced(nn.Module):
    """Whole numbers (skill, answer) of each step; an output for each, in two axes."""

    def __init__(self):
        super().__init__()
        self.skills, self.answers = nn.Embedding(5, 4), nn.Embedding(2, 4)
        self.reads = Reads()

    def forward(self, steps):
        skill, answer = steps.unbind(2)
        return self.reads(self.skills(skill) + self.answers(answer)).sum(2)


class Decodes(nn.Module):
    """One input as a whole, the other up to each step."""

    def __init__(self):
        super().__init__()
        self.reads = Reads()

    def forward(self, source, target):
        return self.reads(target) + source.mean(1, keepdim=True)[..., :1]


class ReachOf(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.steps = torch.randn(6, 9, 4)

    def test_tells_what_looks_ahead(self):
        self.assertEqual(reach_of(Reads(both=True), (self.steps,)), Reach(True, True))
        self.assertEqual(reach_of(Reads(), (self.steps,)), Reach(False, True))
        self.assertEqual(reach_of(nn.Conv1d(4, 4, 3, padding=1), (self.steps.transpose(1, 2),)), Reach(True, True))
        self.assertEqual(reach_of(Traced(), (torch.randint(0, 2, (6, 9, 2)),)), Reach(False, True))
        self.assertEqual(reach_of(nn.Conv2d(3, 2, 3, padding=1), (torch.randn(6, 3, 8, 8),)), Reach(True, True))
        self.assertFalse(reach_of(Decodes(), (torch.randn(6, 9, 4), self.steps)).ahead, "one of the inputs is not")

    def test_tells_what_does_not_see_its_own_place(self):
        for hidden in (1, 2, 4):
            self.assertEqual(reach_of(Shifted(hidden), (self.steps,)), Reach(False, False))
        self.assertEqual(reach_of(Shifted(0), (self.steps,)), Reach(False, True))

    def test_has_nothing_to_tell_where_no_places_are_shared(self):
        self.assertEqual(reach_of(nn.Sequential(nn.Flatten(), nn.Linear(36, 2)), (self.steps,)), Reach(True, True))
        self.assertEqual(reach_of(nn.Linear(4, 4), (torch.randn(6, 4),)), Reach(True, True), "features, not places")

    def test_of_features_that_are_ignored_nothing_is_known(self):
        class Ignores(Reads):
            def forward(self, x):
                return super().forward(x * torch.tensor([1.0, 0.0, 1.0, 1.0]))

        self.assertEqual(reach_of(Ignores(), (self.steps,)), Reach(False, True))

    def test_may_be_unknown(self):
        self.assertEqual(reach_of(Reads(), None), UNKNOWN)
        self.assertEqual(reach_of(Reads(), ("words",)), UNKNOWN)

        class Never(nn.Module):
            def forward(self, x):
                return F.dropout(x)

        self.assertEqual(reach_of(Never(), (self.steps,)), UNKNOWN)


if __name__ == "__main__":
    unittest.main()
