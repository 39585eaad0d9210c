"""Classes that are learned by other losses than the cross-entropy."""

import unittest

import torch
from torch.nn import functional

from gradclinic.looks.other_loss import FEWEST, UNTOLD, OtherLoss, pulled_up
from gradclinic.looks.targets import Targets


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


class Amounts(unittest.TestCase):
    """Squared errors, of classes along the axis after the samples' or along the last one."""

    def facts(self, targets_of, shape):
        torch.manual_seed(0)
        seen = OtherLoss()
        for _ in range(FEWEST):
            output = torch.randn(shape)
            target = targets_of(torch.randint(3, (shape[0], *(size for size in shape[1:] if size != 3))))
            rows = output.reshape(len(output), -1), target.reshape(len(output), -1)
            loss = (rows[0] - rows[1]).square().mean()
            seen.see(Targets("mse", *rows, 1.0), output, 2 * (output - target) / output.numel(), float(loss))
        return seen.facts()

    def test_may_be_ones_of_classes(self):
        for shape, axis in (((8, 3), 1), ((8, 5, 3), 2), ((8, 3, 5), 1)):
            one_hot = lambda classes: functional.one_hot(classes, 3).float().movedim(-1, axis)
            found = self.facts(one_hot, shape)
            self.assertEqual((found["other_loss"], found["numbers_for_classes"], found["errors_of_yes_and_no"]), (1, 0, 0))

    def test_may_be_their_numbers(self):
        for shape, axis in (((8, 3), 1), ((8, 5, 3), 2), ((8, 3, 5), 1)):
            numbers = lambda classes: classes.float().unsqueeze(axis).expand(shape)
            self.assertEqual(self.facts(numbers, shape)["numbers_for_classes"], 1)


if __name__ == "__main__":
    unittest.main()
