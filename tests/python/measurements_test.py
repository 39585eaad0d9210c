"""What the clinic records against the same quantities computed the slow way, with PyTorch alone."""

import math
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic import modules


class Net(nn.Module):
    """Functions where others use modules, a norm, a convolution and a flattening."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 5, 3)
        self.bn = nn.BatchNorm2d(5)
        self.one = nn.Linear(5 * 9, 7)
        self.two = nn.Linear(7, 6)
        self.act = nn.Tanh()
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        x = self.bn(self.conv(x))
        self.seen = {"pre_activation 1": x}
        x = F.relu(x)
        self.seen["activation 1"] = x = F.max_pool2d(x, 2)
        x = self.one(x.flatten(1))
        self.seen["pre_activation 2"] = x
        self.seen["activation 2"] = x = F.gelu(x)
        x = self.two(x)
        self.seen["pre_activation 3"] = x
        self.seen["activation 3"] = x = self.act(x)
        self.seen["pre_activation 4"] = x = self.head(x)
        for value in self.seen.values():
            value.retain_grad()
        return x


def statistics(tensor):
    values = tensor.detach().double().flatten()
    return {"l2": values.norm(), "mean": values.mean(), "std": values.std(unbiased=False), "min": values.min(),
            "max": values.max(), "zeros": (values == 0).double().mean(), "non_finite": (~values.isfinite()).sum()}


def histogram(tensor):
    """Shares of the entries between powers of 4, by the exponent of the lower edge; zeros apart."""
    values = tensor.detach().double().flatten().abs()
    shares = {"zero": (values == 0).double().mean()}
    for exponent in range(-40, 16, 2):
        shares[str(exponent)] = ((values >= 2.0**exponent) & (values < 2.0**(exponent + 2))).double().mean()
    return shares


class Measurements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(5)
        cls.model = model = Net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
        layers = [model.conv, model.one, model.two, model.head]
        cls.wanted, cls.histograms = [], {}
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(6):
                x, y = torch.randn(16, 2, 8, 8), torch.randint(0, 3, (16,))
                optimizer.zero_grad()
                output = model(x)
                loss = F.cross_entropy(output, y)
                loss.backward()
                row = {}
                for number, layer in enumerate(layers, 1):
                    row["weight_grad", number] = statistics(layer.weight.grad)
                gradients = histogram(model.one.weight.grad)
                norm = math.sqrt(sum(float(p.grad.double().square().sum()) for p in model.parameters()))
                before = [layer.weight.detach().clone() for layer in layers]
                clipped = float(nn.utils.clip_grad_norm_(model.parameters(), 0.5 * norm)) and 0.5 * norm
                optimizer.step()
                for number, (layer, old) in enumerate(zip(layers, before), 1):
                    row["weight", number] = statistics(layer.weight)
                    row["update", number] = statistics(layer.weight.detach() - old)
                if not cls.histograms:
                    cls.histograms = {("activation", 2): histogram(model.seen["activation 2"]),
                                      ("pre_activation_grad", 3): histogram(model.seen["pre_activation 3"].grad),
                                      ("weight_grad", 2): gradients, ("weight", 4): histogram(model.head.weight),
                                      ("update", 1): histogram(model.conv.weight.detach() - before[0])}
                for name, tensor in model.seen.items():
                    quantity, number = name.split()
                    row[quantity, int(number)] = statistics(tensor)
                    row[quantity + "_grad", int(number)] = statistics(tensor.grad)
                accuracy = float((output.argmax(1) == y).double().mean())
                whole = {"loss": float(loss), "gradient_norm": norm, "clipped_gradient_norm": clipped,
                         "accuracy": accuracy, "lr": 0.05}
                cls.wanted.append((row, whole))
                clinic.step(loss)
        cls.clinic = clinic

    def test_every_gauge_of_every_tensor(self):
        compared = 0
        for index, (row, _) in enumerate(self.wanted):
            for (quantity, layer), values in row.items():
                for gauge, value in values.items():
                    _, seen = self.clinic.series(f"{quantity}.{gauge}", layer)
                    if not seen:
                        continue
                    compared += 1
                    self.assertAlmostEqual(seen[index], float(value), delta=2e-4 * abs(float(value)) + 1e-6,
                                           msg=f"{quantity}.{gauge} of layer {layer} in step {index}")
        self.assertGreater(compared, 6 * 26 * 6)

    def test_histograms_of_the_first_step_and_behind_a_survey(self):
        for (quantity, layer), shares in self.histograms.items():
            self.assertAlmostEqual(sum(map(float, shares.values())), 1, places=5)
            for name, share in shares.items():
                steps, seen = self.clinic.series(f"{quantity}.histogram.{name}", layer)
                self.assertEqual(steps, [0, 1])  # a survey follows the first step, and histograms the survey
                self.assertAlmostEqual(seen[0], float(share), places=5, msg=f"{quantity}.{name} of layer {layer}")

    def test_every_figure_of_a_step(self):
        for index, (_, whole) in enumerate(self.wanted):
            for name, value in whole.items():
                self.assertAlmostEqual(self.clinic.series(name)[1][index], value, delta=1e-4 * abs(value) + 1e-6,
                                       msg=name)

    def test_what_it_learned_of_the_network(self):
        layers = self.clinic.layers
        self.assertEqual([layer.name for layer in layers], ["conv", "one", "two", "head"])
        self.assertEqual([layer.activation for layer in layers], ["relu", "gelu", "tanh", None])
        self.assertEqual([layer.norm for layer in layers], ["batch", None, None, None])
        self.assertEqual([layer.inputs for layer in layers], [18, 45, 7, 6])

    def test_the_loss_and_its_targets_are_recognized(self):
        self.assertEqual(self.clinic.progress.loss_kind, "cross_entropy")


class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(1, 5, dtype=torch.cfloat))

    def forward(self, x):
        return torch.fft.irfft(torch.fft.rfft(x) * self.kernel, n=8)


class Turning(nn.Module):
    """A linear recurrence of complex numbers."""

    def __init__(self):
        super().__init__()
        self.angles = nn.Parameter(torch.rand(4))

    def forward(self, x):
        factor = torch.polar(torch.full((4,), 0.9), self.angles)
        state = torch.zeros(len(x), 4, dtype=torch.cfloat)
        for step in x.unflatten(1, (2, 4)).unbind(1):
            state = factor * state + step
        return torch.view_as_real(state).flatten(1)


class Complex(unittest.TestCase):
    def test_states_are_no_hindrance(self):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(8, 8), Turning(), nn.Dropout(0.25), nn.Linear(8, 2))
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(3):
                optimizer.zero_grad()
                loss = model(torch.randn(6, 8)).square().mean()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        self.assertEqual(clinic.notes, [])
        self.assertAlmostEqual(clinic.lens.dropout, 0.25)
        self.assertEqual(len(clinic.series("weight_grad.l2", 2)[1]), 3)

    def test_weights_are_measured_beside_real_ones(self):
        torch.manual_seed(0)
        model = nn.Sequential(Spectral(), nn.Linear(8, 2))
        weights = model[0].kernel, model[1].weight
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(3):
                before = [value.detach().clone() for value in weights]
                optimizer.zero_grad()
                loss = model(torch.randn(6, 8)).square().mean()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        for place, (value, old) in enumerate(zip(weights, before), 1):
            for quantity, tensor in (("weight", value), ("weight_grad", value.grad), ("update", value - old)):
                seen = clinic.series(f"{quantity}.l2", place)[1][-1]
                self.assertAlmostEqual(seen, float(tensor.abs().square().sum().sqrt()), places=4, msg=(quantity, place))
        norm = math.sqrt(sum(float(value.grad.abs().square().sum()) for value in model.parameters()))
        self.assertAlmostEqual(clinic.series("gradient_norm")[1][-1], norm, places=4)


class SeveralOptimizers(unittest.TestCase):
    def test_updates_are_those_of_all(self):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2))
        layers = [model[0], model[2], model[4]]
        optimizers = [torch.optim.SGD(layer.parameters(), lr) for layer, lr in zip(layers, (0.1, 0.5, 0.02))]
        wanted = []
        with gradclinic.watch(model, optimizers, budget=None) as clinic:
            for _ in range(3):
                before = [layer.weight.detach().clone() for layer in layers]
                model.zero_grad()
                loss = model(torch.randn(8, 6)).square().mean()
                loss.backward()
                for optimizer in optimizers:
                    optimizer.step()
                wanted.append([float((layer.weight - old).norm()) for layer, old in zip(layers, before)])
                clinic.step(loss)
        for place in range(3):
            for seen, row in zip(clinic.series("update.l2", place + 1)[1], wanted):
                self.assertAlmostEqual(seen, row[place], delta=1e-3 * row[place])
                self.assertGreater(seen, 0)


class Start(unittest.TestCase):
    def test_biases_and_embeddings(self):
        model = nn.Sequential(nn.Embedding(50, 8), nn.LSTM(8, 4), nn.Linear(4, 2))
        with torch.no_grad():
            model[0].weight.normal_(0, 5)
            model[1].bias_hh_l0.fill_(-3.0)
            model[2].bias.fill_(9.0)  # the last layer's may be the classes' shares
        facts = modules.facts_of_start(model, modules.layers_of(model))
        self.assertEqual(facts["bias_largest"], 3)
        self.assertAlmostEqual(facts["table_deviation"], float(model[0].weight.std()), places=5)
        self.assertEqual(facts["gradient_hooks"], 0)
        model[2].weight.register_hook(lambda gradient: gradient)
        self.assertEqual(modules.facts_of_start(model, [])["gradient_hooks"], 1)
        self.assertEqual(modules.facts_of_start(nn.ReLU(), []),
                         {"bias_largest": 0.0, "table_deviation": 0.0, "gradient_hooks": 0.0})


class Graphs(unittest.TestCase):
    def test_what_outputs_can_be(self):
        x = torch.randn(4, 6, requires_grad=True)
        everything = (-math.inf, math.inf)
        for output, least, most, activated in ((F.softsign(x), -1, 1, True), (x / (1 + x.square()), *everything, False),
                                               (F.hardtanh(x, -2, 3).view(-1), -2, 3, True), (F.elu(x), -1, math.inf, True),
                                               (x.exp(), 0, math.inf, True), (F.logsigmoid(x), -math.inf, 0, True),
                                               (x.sigmoid(), 0, 1, False), (x * 2, *everything, False)):
            self.assertEqual(modules.output_range(output.grad_fn), (least, most))
            self.assertEqual(modules.is_activated(output.grad_fn), activated)
        for output, ends in ((3 * x.relu(), (0, math.inf)), (-2 * x.relu(), (-math.inf, 0)), (x.tanh().view(-1) / 4, (-0.25, 0.25)),
                             (0 * x.relu(), everything)):
            self.assertEqual(modules.output_range(output.grad_fn), ends)

    def test_layers_whose_output_is_multiplied(self):
        layer = nn.Linear(3, 2)
        y = layer(torch.randn(4, 3))
        for output, factor in ((y, 1), (5 * y, 5), ((y / 4).flatten() * 2, 0.5)):
            self.assertEqual(modules.layer_of_output(output.grad_fn, {y.grad_fn: layer}), (layer, factor))
        for output in (y * nn.Parameter(torch.ones(1)), y * torch.randn(4, 2), y.relu(), torch.randn(2, requires_grad=True)):
            self.assertEqual(modules.layer_of_output(output.grad_fn, {y.grad_fn: layer}), (None, 1))

    def test_layers_that_are_known_by_their_weights(self):
        model = nn.Sequential(nn.Linear(6, 4), nn.Conv1d(1, 2, 3))
        layers, x = modules.layers_of(model), torch.randn(5, 6)
        for output, expected in ((F.linear(x, model[0].weight, model[0].bias), layers[0]), (x @ model[0].weight.T, layers[0]),
                                 (model[1](x[:, None]).flatten(1), layers[1]), (model[0](x).relu(), None),
                                 (x @ torch.randn(6, 2, requires_grad=True), None)):
            self.assertIs(modules.layer_of_output(output.grad_fn, {}, layers)[0], expected)

    def test_outputs_that_are_probabilities(self):
        x = torch.randn(4, 6, requires_grad=True)
        for output, expected in ((torch.softmax(x, 1), "softmax"), (torch.sigmoid(x), "sigmoid"), (x * 2, None),
                                 (torch.sigmoid(x)[:, :1].squeeze(-1), None), (torch.sigmoid(x * 2).view(-1), "sigmoid"),
                                 (torch.log_softmax(x, 1), None), (torch.softmax(x, 1) @ torch.randn(6, 6), None)):
            self.assertEqual(modules.squashing(output.grad_fn), expected)

    def test_a_softmax_of_one_output(self):
        x = torch.randn(4, 6, 1, requires_grad=True)
        for output, expected in ((torch.softmax(x, 2), True), (torch.softmax(x, -1).squeeze(-1), True),
                                 (torch.softmax(x, 1), False), (torch.softmax(x, -2), False), (torch.sigmoid(x), False),
                                 (torch.softmax(x, 2) * x, False)):
            self.assertEqual(modules.is_softmax_of_one(output.grad_fn), expected)

    def test_layers_that_read_a_softmax(self):
        x, read = torch.randn(4, 6, requires_grad=True), torch.randn(4, 6)
        for given, expected in ((torch.softmax(x, 1), True), (torch.softmax(x, 1).view(2, 12), True),
                                (F.max_pool1d(torch.softmax(x, 0)[None], 2), True), (torch.relu(x), False), (x.exp(), True), (x.exp() + 1, False),
                                (torch.softmax(x, 1) @ torch.randn(6, 6), False), (torch.softmax(x, 1) * read, False)):
            self.assertEqual(modules.unfit_read(given.grad_fn) is not None, expected)
        model = nn.Sequential(nn.Linear(6, 5), nn.Softmax(1), nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 1))
        with gradclinic.watch(model, torch.optim.SGD(model.parameters(), lr=0.1), budget=None) as clinic:
            for _ in range(2):
                loss = model(read).square().mean()
                loss.backward()
                clinic.optimizers[0].step()
                clinic.step(loss)
        self.assertAlmostEqual(clinic.series("data.unfit_between")[1][0], 1 / 3, places=5)

    def test_shares_dropped_by_modules_and_functions(self):
        x = torch.randn(50, 40, requires_grad=True)
        for output, expected in ((F.dropout(x, 0.3), 0.3), (nn.Dropout(0.75)(x).sum(), 0.75), (x * 2, 0.0),
                                 (F.dropout(F.dropout(x, 0.1) * torch.randn(50, 40), 0.5), 0.5),
                                 (x * (torch.randn(50, 40) > 0), 0.0), (F.dropout(x, 0.5, training=False) * 1, 0.0)):
            self.assertAlmostEqual(modules.dropout_of(output.grad_fn), expected, places=5)


class Residuals(unittest.TestCase):
    def found(self, function):
        x = torch.randn(4, 6, requires_grad=True)
        return modules.has_residuals(function(torch.tanh(x)).grad_fn)

    def test_tells_skips_from_other_sums(self):
        linear, other = nn.Linear(6, 6), nn.Linear(6, 6)
        self.assertTrue(self.found(lambda x: x + torch.relu(linear(x))))
        self.assertFalse(self.found(lambda x: linear(x) + other(x)))
        self.assertFalse(self.found(lambda x: nn.LSTM(6, 6)(x[None])[0]))


if __name__ == "__main__":
    unittest.main()
