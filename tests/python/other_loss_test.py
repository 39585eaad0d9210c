"""Which class a loss that is no cross-entropy pulls each sample's outputs to."""

import unittest

import torch
from torch.nn import functional

from gradclinic.looks.other_loss import UNTOLD, pulled_up


def found(outputs, loss):
    outputs = outputs.clone().requires_grad_()
    loss(outputs).backward()
    return pulled_up(outputs.detach(), outputs.grad)


class PulledUp(unittest.TestCase):
    outputs = torch.tensor([[2.0, -1.0, 0.5], [-1.0, 2.0, 0.5], [0.5, 1.5, -1.0], [0.5, 1.0, 2.0]])
    classes = torch.tensor([0, 1, 2, 1])

    def test_is_the_one_that_goes_up_where_all_others_go_down(self):
        loss = lambda outputs: -outputs.softmax(1).gather(1, self.classes[:, None]).mean()
        axis, classes = found(self.outputs, loss)
        self.assertEqual((axis, classes.tolist()), (1, self.classes.tolist()))

    def test_is_none_of_squared_errors_that_pull_up_several(self):
        wanted = functional.one_hot(self.classes, 3).float()
        self.assertIsNone(found(self.outputs - 2, lambda outputs: functional.mse_loss(outputs, wanted)))

    def test_of_a_margin_that_is_kept_is_the_largest_output(self):
        outputs = 3 * self.outputs
        axis, classes = found(outputs, lambda outputs: functional.multi_margin_loss(outputs, self.classes))
        self.assertEqual((axis, classes.tolist()), (1, self.classes.tolist()))

    def test_is_untold_where_the_loss_does_not_see_the_class(self):
        """Logarithms of outputs that are cut off at 0 have no gradient by an output below."""
        wanted = functional.one_hot(self.classes, 3).float().log1p()
        loss = lambda outputs: functional.mse_loss(outputs.clamp_min(0).log1p(), wanted)
        axis, classes = found(0.1 * self.outputs, loss)
        self.assertEqual((axis, classes.tolist()), (1, [0, 1, UNTOLD, 1]))


if __name__ == "__main__":
    unittest.main()
