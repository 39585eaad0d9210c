"""Gradients that are not those of the outputs: what is seen of them, what examine() says, and what is sound."""

import copy
import unittest
import unittest.mock

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic import modules
from gradclinic.looks import gradient_check
from gradclinic.trials import derived
from small_loop import fit


class Swish(torch.autograd.Function):
    """x * sigmoid(x), whose derivative was worked out by hand, and not well."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, gradient):
        x, = ctx.saved_tensors
        return -gradient * x * torch.sigmoid(x)


class Activation(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def network(function):
    return nn.Sequential(nn.Linear(6, 24), Activation(function), nn.Linear(24, 24), Activation(function),
                         nn.Linear(24, 3))


class Recurrent(nn.Module):
    """The last layer sees the sum of all inputs only by way of a state that is handed on."""

    def __init__(self, cuts):
        super().__init__()
        self.read, self.carry, self.head = nn.Linear(2, 16), nn.Linear(16, 16), nn.Linear(16, 2)
        self.cuts = cuts

    def forward(self, x):
        state = torch.zeros(len(x), 16)
        for time in range(x.shape[1]):
            state = torch.tanh(self.read(x[:, time]) + self.carry(state.detach() if self.cuts else state))
        return self.head(state)


def facts(model, x):
    before = copy.deepcopy(model.state_dict())
    found = gradient_check.facts(model, (x,), modules.layers_of(model))
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    return found


class Slopes(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(2)

    def test_sound_networks(self):
        images, rows, times = torch.randn(16, 1, 8, 8), torch.randn(16, 6), torch.randn(16, 5, 8)
        for model, x in ((network(torch.relu), rows), (network(F.silu), rows),
                         (nn.Sequential(nn.Conv2d(1, 6, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
                                        nn.Flatten(), nn.Linear(54, 3)), images),
                         (nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2), times),
                         (nn.Sequential(nn.utils.spectral_norm(nn.Linear(6, 9)), nn.Dropout(0.5), nn.ReLU(),
                                        nn.Linear(9, 3)), rows),
                         (Recurrent(False), torch.randn(16, 5, 2))):
            self.assertLess(facts(model, x)["gradient_gap"], 1e-4, model)

    def test_a_backward_pass_by_hand(self):
        model = network(torch.relu)
        model[3] = Activation(Swish.apply)
        found = facts(model, torch.randn(16, 6))
        self.assertGreater(found["gradient_gap"], 0.1)
        self.assertEqual(found["gradient_gap_layer"], 2)  # the last layer before it
        self.assertEqual(found["gradient_cut"], 0)

    def test_a_model_that_takes_long_is_looked_at_in_some_layers(self):
        layers = [each for _ in range(20) for each in (nn.Linear(6, 6), Activation(torch.tanh))]
        with unittest.mock.patch.object(gradient_check, "LONGEST", 0.0), \
                unittest.mock.patch.object(gradient_check, "_gap", return_value=0.5) as looks:
            found = facts(nn.Sequential(*layers, nn.Linear(6, 3)), torch.randn(16, 6))
        self.assertEqual(looks.call_count, 2 * 4)  # once more with nothing detached
        self.assertEqual(found["gradient_gap_layer"], 21)

    def test_a_state_without_its_history(self):
        found = facts(Recurrent(True), torch.randn(16, 5, 2))
        self.assertGreater(found["gradient_gap"], 0.1)
        self.assertEqual(found["gradient_cut"], 1)

    def test_what_cannot_be_told(self):
        noisy = Activation(lambda x: x + torch.randn_like(x))
        self.assertEqual(facts(nn.Sequential(nn.Linear(6, 3), noisy), torch.randn(16, 6)), {"gradient_gap": 0.0})
        nothing = Activation(lambda x: None)
        self.assertEqual(facts(nn.Sequential(nn.Linear(6, 3), nothing), torch.randn(16, 6)), {})
        frozen = network(torch.relu).requires_grad_(False)
        self.assertEqual(facts(frozen, torch.randn(16, 6)), {})
        self.assertEqual(torch.get_default_dtype(), torch.float32)
        self.assertEqual(torch.ones(1).double().float().dtype, torch.float32)


class Cube(torch.autograd.Function):
    """x cubed and doubled, with a wrong derivative of the first."""

    @staticmethod
    def forward(ctx, x, factor):
        ctx.save_for_backward(x)
        ctx.mark_non_differentiable()
        return x ** 3, factor * x

    @staticmethod
    def backward(ctx, gradient, other):
        return gradient, None


class Derived(unittest.TestCase):
    def test_functions_have_the_gradient_of_what_they_compute(self):
        cube, x = Cube.apply, torch.randn(5, requires_grad=True)
        wrong = torch.autograd.grad(sum(cube(x, 2.0)).sum(), x)[0]
        replaced = derived.functions()
        try:
            right, = torch.autograd.grad(sum(cube(x, 2.0)).sum(), x)
        finally:
            for each in replaced:
                each.remove()
        self.assertTrue(torch.allclose(right, 3 * x ** 2 + 2))
        self.assertFalse(torch.allclose(wrong, right))
        self.assertTrue(torch.equal(torch.autograd.grad(sum(cube(x, 2.0)).sum(), x)[0], wrong))
        self.assertEqual({"forward", "backward"} & set(vars(Cube)), {"forward", "backward"})


def diagnosis(make, x, y):
    def train(watch):
        torch.manual_seed(4)
        model = make()
        fit(watch, model, 0.01, 150, lambda model: F.cross_entropy(model(x), y))

    return gradclinic.examine(train)


class Examined(unittest.TestCase):
    def test_a_backward_pass_by_hand_is_the_cause(self):
        x = torch.randn(512, 6, generator=torch.Generator().manual_seed(1))
        y = (x[:, 0] * x[:, 1] > 0).long() + (x[:, 2] * x[:, 3] > 0).long()
        found = diagnosis(lambda: network(Swish.apply), x, y)
        self.assertEqual(found.verdict, "sick")
        self.assertEqual(found.cause, "wrong-gradient", found)
        self.assertIn("model.backward = derived", str(found))  # though the model keeps the function under another name

    def test_rates_and_decays_that_no_spec_has(self):
        x = torch.randn(200, 6, generator=torch.Generator().manual_seed(1))
        y = (x[:, 0] > 0).long()

        def train(watch, **of_group):
            torch.manual_seed(4)
            model = network(torch.tanh)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
            optimizer.param_groups[0].update(of_group)
            with watch(model, optimizer) as clinic:
                for _ in range(60):
                    loss = F.cross_entropy(model(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)

        for of_group, cause in (({"lr": -0.1}, "wrong-gradient"), ({"weight_decay": -0.9}, "wrong-gradient"),
                                ({"lr": 0.0}, "learning-rate-too-low")):
            found = gradclinic.examine(lambda watch, of_group=of_group: train(watch, **of_group))
            self.assertEqual((found.verdict, found.cause), ("sick", cause), found)

    def test_what_is_meant_does_no_harm(self):
        x = torch.randn(512, 6, generator=torch.Generator().manual_seed(1))
        y = (x[:, 0] > 0).long() + (x[:, 2] > 0).long()

        def rounded(x):
            """To quarters, with the gradient passed straight through."""
            x = torch.tanh(x)
            return x + (torch.round(4 * x) / 4 - x).detach()

        found = diagnosis(lambda: network(rounded), x, y)
        self.assertEqual(found.verdict, "healthy", found)


if __name__ == "__main__":
    unittest.main()
