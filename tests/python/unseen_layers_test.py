"""Layers that compute without a call that a hook sees (compiled, traced, used by a function), or with weights that are
computed of others: their weights, gradients and updates against the same by PyTorch alone."""

import math
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic import modules
from zoo import Borrowed, Computed


def trained(model, weights):
    """Watches three steps; the clinic, the norm of all gradients in the last one, and by quantity and weight what it should
    show."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradclinic.watch(model, optimizer, budget=None) as clinic:
        for _ in range(3):
            before = [value.detach().clone() for value in weights]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(torch.randn(12, 6)), torch.randint(0, 3, (12,)))
            loss.backward()
            norm = math.sqrt(sum(float(value.grad.square().sum()) for value in model.parameters()))
            optimizer.step()
            clinic.step(loss)
    of_weights = [{"weight": value.detach(), "weight_grad": value.grad, "update": value.detach() - old}
                  for value, old in zip(weights, before)]
    return clinic, norm, of_weights


class UnseenLayers(unittest.TestCase):
    def check(self, model, weights, names, unseen):
        clinic, norm, of_weights = trained(model, weights)
        self.assertEqual([layer.name for layer in clinic.layers], names)
        notes = [note for note in clinic.notes if "without a call" in note]
        self.assertEqual([note.split(":")[0] for note in notes], [", ".join(unseen)] if unseen else [])
        for place, quantities in enumerate(of_weights, 1):
            for quantity, tensor in quantities.items():
                seen = clinic.series(f"{quantity}.l2", place)[1]
                self.assertEqual(len(seen), 3)
                self.assertAlmostEqual(seen[-1], float(tensor.norm()), places=4, msg=(quantity, names[place - 1]))
        self.assertAlmostEqual(clinic.series("gradient_norm")[1][-1], norm, places=4)
        for place, name in enumerate(names, 1):
            seen = clinic.series("pre_activation.l2", place)[1]
            self.assertEqual([math.isnan(value) for value in seen], 3 * [name in unseen], name)

    def test_of_a_compiled_network(self):
        torch.manual_seed(0)
        model = torch.jit.script(nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)))
        weights = dict(model.named_parameters())
        self.check(model, [weights["0.weight"], weights["2.weight"]], ["0", "2"], ["0", "2"])

    def test_of_a_traced_part(self):
        torch.manual_seed(0)
        part = torch.jit.trace(nn.Sequential(nn.Linear(8, 8), nn.Tanh()), torch.zeros(2, 8))
        model = nn.Sequential(nn.Linear(6, 8), part, nn.Linear(8, 3))
        weights = dict(model.named_parameters())
        self.check(model, [weights["0.weight"], weights["1.0.weight"], weights["2.weight"]], ["0", "1.0", "2"], ["1.0"])

    def test_of_a_layer_whose_weights_a_function_uses(self):
        torch.manual_seed(0)
        model = Borrowed()
        self.check(model, [model.first.weight, model.borrowed.weight, model.block[0].weight, model.last.weight],
                   ["first", "borrowed", "block.0", "last"], ["borrowed"])

    def test_whose_weights_are_computed(self):
        torch.manual_seed(0)
        model = Computed()
        layers = model.layers
        self.check(model, [layers[0].weight_v, layers[2].parametrizations.weight.original, layers[4].weight_orig,
                           layers[6].weight], [f"layers.{place}" for place in (0, 2, 4, 6)], [])

    def test_that_are_all_there_is_are_diagnosed(self):
        torch.manual_seed(0)
        x = torch.randn(256, 6)
        y = (x @ torch.randn(6, 3)).argmax(1)

        def train(watch):
            torch.manual_seed(1)
            model = torch.jit.script(nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 3)))
            optimizer = torch.optim.SGD(model.parameters(), lr=1e-5)
            with watch(model, optimizer) as clinic:
                for step in range(150):
                    batch = slice(32 * (step % 8), 32 * (step % 8) + 32)
                    optimizer.zero_grad()
                    loss = F.cross_entropy(model(x[batch]), y[batch])
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)

        diagnosis = gradclinic.examine(train)
        self.assertEqual(diagnosis.verdict, "sick")
        self.assertEqual(diagnosis["findings"][0]["pathology"], "learning-rate-too-low")


class Parts(unittest.TestCase):
    def test_of_computed_weights_are_no_layers(self):
        model = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Conv2d(2, 3, 3)))
        layer, = modules.layers_of(model)
        self.assertIs(layer.module, model[0])
        self.assertEqual((layer.inputs, layer.outputs), (18, 27))


if __name__ == "__main__":
    unittest.main()
