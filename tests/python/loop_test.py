"""Mistakes of a training's loop: what is seen of them, what examine() says, and sound loops that look alike."""

import copy
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.second_look import is_affine, mixes_samples
from small_loop import fact


def pictures(count=240, classes=4):
    """Small pictures whose class is where they are bright; sorted by class."""
    generator = torch.Generator().manual_seed(8)
    y = torch.arange(count) * classes // count
    x = torch.randn(count, 1, 6, 6, generator=generator)
    for place in range(classes):
        x[y == place, :, 3 * (place // 2):3 * (place // 2) + 3, 3 * (place % 2):3 * (place % 2) + 3] += 0.7
    return x, y


def network(norm=True):
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), *([nn.BatchNorm2d(8)] if norm else []), nn.ReLU(),
                         nn.Conv2d(8, 8, 3, padding=1), *([nn.BatchNorm2d(8)] if norm else []), nn.ReLU(),
                         nn.Flatten(), nn.Linear(288, 4))


def train(watch, *, epochs=8, batch=24, lr=0.02, clears=True, shuffles=True, evaluates=False, every=1, norm=True,
          momentum=0.9, to_none=True, budget=None):
    torch.manual_seed(5)
    model = network(norm)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=momentum)
    x, y = pictures()
    with watch(model, optimizer, budget=budget) as clinic:
        for epoch in range(epochs):
            if evaluates and epoch:
                model.eval()
            order = torch.randperm(len(x)) if shuffles else torch.arange(len(x))
            for count, part in enumerate(order.split(batch)):
                loss = F.cross_entropy(model(x[part]), y[part])
                if clears and count % every == 0:
                    optimizer.zero_grad(set_to_none=to_none)
                (loss / every).backward()
                if (count + 1) % every == 0:
                    optimizer.step()
                clinic.step(loss)
    return clinic


class Turned(nn.Module):
    """An LSTM, which takes its batch for time unless told that it comes first. every: an output for each step."""

    def __init__(self, batch_first, every=False):
        super().__init__()
        self.lstm, self.head, self.every = nn.LSTM(3, 16, batch_first=batch_first), nn.Linear(16, 2), every

    def forward(self, x):
        states = self.lstm(x)[0]
        return self.head(states if self.every else states[:, -1])


class Facts(unittest.TestCase):
    def test_gradients_that_are_never_cleared(self):
        self.assertEqual(fact(train(gradclinic.watch, clears=False), "gradients_kept"), 1)
        for sound in ({}, {"to_none": False}, {"every": 2}, {"budget": 0.03}):
            self.assertEqual(fact(train(gradclinic.watch, **sound), "gradients_kept"), 0, sound)

    def test_another_optimizers_gradients_are_its_own(self):
        generator, critic = nn.Linear(3, 3), nn.Linear(3, 1)
        both = nn.ModuleList([generator, critic])
        optimizers = [torch.optim.SGD(each.parameters(), lr=0.01) for each in both]
        with gradclinic.watch(both, optimizers, budget=None) as clinic:
            for _ in range(10):
                for optimizer, loss_of in ((optimizers[1], lambda x: critic(generator(x).detach()).square().mean()),
                                           (optimizers[0], lambda x: (critic(generator(x)) - 1).square().mean())):
                    optimizer.zero_grad()
                    loss = loss_of(torch.randn(20, 3))
                    loss.backward()
                    optimizer.step()
                clinic.step(loss)
        self.assertEqual(fact(clinic, "gradients_kept"), 0)

    def test_gradients_that_no_optimizer_takes_do_not_count(self):
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        optimizer = torch.optim.SGD(model[2].parameters(), lr=0.01)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(10):
                loss = model(torch.randn(20, 3)).square().mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        self.assertEqual(fact(clinic, "gradients_kept"), 0)

    def test_evaluation_mode(self):
        clinic = train(gradclinic.watch, epochs=4, evaluates=True)
        self.assertAlmostEqual(fact(clinic, "evaluation_mode"), 0.75, places=2)
        self.assertEqual(fact(train(gradclinic.watch), "evaluation_mode"), 0)

    def test_steps_go_down_the_gradient_or_up(self):
        torch.manual_seed(3)
        x, y = torch.randn(64, 4), torch.randint(0, 3, (64,))

        for make, up in ((lambda p: torch.optim.SGD(p, 0.1), False), (lambda p: torch.optim.Adam(p, 0.01), False),
                         (lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.01), False),
                         (lambda p: torch.optim.RMSprop(p, 0.01), False), (lambda p: torch.optim.LBFGS(p), False),
                         (lambda p: torch.optim.SGD(p, 0.1, maximize=True), True),
                         (lambda p: torch.optim.Adam(p, 0.01, maximize=True), True)):
            model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
            optimizer = make(model.parameters())

            def closure():
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                return loss

            with gradclinic.watch(model, optimizer, budget=None) as clinic:
                for _ in range(12):
                    if isinstance(optimizer, torch.optim.LBFGS):
                        clinic.step(optimizer.step(closure))
                        continue
                    loss = closure()
                    optimizer.step()
                    clinic.step(loss)
            self.assertEqual(fact(clinic, "ascent") > 0.2, up, optimizer)

    def test_gradients_have_their_sign_turned(self):
        for turned in (False, True):
            torch.manual_seed(3)
            x, y = torch.randn(64, 1, 6), torch.randint(0, 3, (64, 6))
            model = nn.Sequential(nn.Conv1d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv1d(8, 3, 1))
            optimizer = torch.optim.Adam(model.parameters(), 0.01)
            with gradclinic.watch(model, optimizer, budget=None) as clinic:
                for _ in range(12):
                    optimizer.zero_grad()
                    loss = F.cross_entropy(model(x), y)
                    loss.backward()
                    for value in model.parameters():
                        value.grad *= -1 if turned else 1
                    nn.utils.clip_grad_norm_(model.parameters(), 0.1)
                    optimizer.step()
                    clinic.step(loss)
            self.assertAlmostEqual(fact(clinic, "gradient_turned"), 1 if turned else -1, places=4)

    def test_variety_of_batches(self):
        self.assertAlmostEqual(fact(train(gradclinic.watch), "batch_variety"), 1, delta=0.05)
        self.assertLess(fact(train(gradclinic.watch, shuffles=False), "batch_variety"), 0.3)
        self.assertAlmostEqual(fact(train(gradclinic.watch, shuffles=False, batch=240), "batch_variety"), 1, delta=0.01)

    def test_variety_of_amounts(self):
        for shuffles, least, most in ((True, 0.8, 1.1), (False, 0, 0.2)):
            torch.manual_seed(1)
            x = torch.randn(300, 2)
            x = x[x[:, 0].argsort()] if not shuffles else x
            model = nn.Linear(2, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
            with gradclinic.watch(model, optimizer, budget=None) as clinic:
                for part in x.split(20):
                    loss = F.mse_loss(model(part)[:, 0], part[:, 0] * 3)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)
            self.assertTrue(least < fact(clinic, "batch_variety") < most, shuffles)


class Mixing(unittest.TestCase):
    def test_models_that_mix_samples(self):
        torch.manual_seed(0)

        class Viewed(nn.Module):
            """Channels last, by view in place of permute."""

            def forward(self, x):
                return (x.flatten(1).view(x[0].numel(), len(x)).t()).square()

        class Softmax(nn.Module):
            def __init__(self, axis):
                super().__init__()
                self.axis = axis

            def forward(self, x):
                return torch.softmax(x.flatten(1), self.axis)

        x = torch.randn(16, 4, 3)
        for model, mixes in ((Turned(False), True), (Turned(True), False), (Viewed(), True), (Softmax(0), True),
                             (Softmax(1), False), (nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), False),
                             (nn.Sequential(nn.Flatten(), nn.BatchNorm1d(12), nn.Dropout(0.5)), False)):
            before = copy.deepcopy(model.state_dict())
            self.assertEqual(mixes_samples(model, (x,)), mixes, model)
            self.assertTrue(model.training and all(module.training for module in model.modules()))
            self.assertTrue(all(torch.equal(value, model.state_dict()[name]) for name, value in before.items()))

    def test_of_steps_samples_have_to_be_known_to_come_first(self):
        x = torch.randn(16, 9, 3)
        for batch_first in (False, True):
            cells = nn.GRU(3, 4, batch_first=batch_first)
            self.assertFalse(mixes_samples(cells, (x,)), "steps may come first")
            self.assertEqual(mixes_samples(cells, (x,), samples_first=True), not batch_first)

    def test_layers_without_anything_non_linear_are_affine(self):
        x = torch.randn(16, 4)
        def layers(between):
            return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), between, nn.Dropout(0.5), nn.Linear(8, 3))
        for model, affine in ((layers(nn.Identity()), True), (layers(nn.ReLU()), False), (layers(nn.LeakyReLU(0.9)), False),
                              (layers(nn.LayerNorm(8)), False), (nn.Sequential(nn.Linear(4, 3), nn.LogSoftmax(1)), False)):
            self.assertEqual(is_affine(model, (x,)), affine, model)
        for inputs in ((), (x, x), ("x",), (torch.randint(0, 3, (16, 4)),)):
            self.assertFalse(is_affine(layers(nn.Identity()), inputs))

    def test_a_network_that_blows_up_rounding_does_not_mix(self):
        class Chaos(nn.Module):
            def forward(self, x):
                state = torch.zeros(len(x), 64)
                weights = 3 * torch.randn(64, 64, generator=torch.Generator().manual_seed(1)) / 8
                for step in range(40):
                    state = torch.tanh(state @ weights + x[:, :1])
                return state

        self.assertFalse(mixes_samples(Chaos(), (torch.randn(16, 3),)))
        self.assertEqual(torch.get_default_dtype(), torch.float32)

    def test_what_cannot_be_told_is_no_mixing(self):
        class Noisy(nn.Module):
            def forward(self, x):
                return x + torch.randn_like(x)

        class Fixed(nn.Module):
            def forward(self, x):
                return x.view(16, 3)

        class Pair(nn.Module):
            def forward(self, x):
                return x, x

        x = torch.randn(16, 3)
        for model, *inputs in ((Noisy(), x), (Fixed(), x), (Pair(), x), (nn.Identity(),), (nn.Identity(), "x"),
                               (nn.Identity(), torch.tensor(1.0)), (nn.Identity(), x[:3]),
                               (nn.Bilinear(3, 3, 2), x, x[:8])):
            self.assertFalse(mixes_samples(model, inputs), model)


class Examined(unittest.TestCase):
    def diagnosis(self, **of):
        return gradclinic.examine(lambda watch: train(watch, **of))

    def expect(self, diagnosis, cause, word):
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", cause), str(diagnosis))
        self.assertIn(word, diagnosis["findings"][0]["sentence"])

    def restored(self, diagnosis, change):
        return next(trial["restored"] for trial in diagnosis["trials"] if change in trial["change"])

    def test_a_loop_that_never_clears_gradients(self):
        diagnosis = self.diagnosis(clears=False, lr=0.1, momentum=0, norm=False)
        self.expect(diagnosis, "momentum-too-high", "zero_grad()")
        self.assertGreater(self.restored(diagnosis, "train.zero_grad = true"), 0.8)

    def test_samples_that_are_not_shuffled(self):
        self.expect(self.diagnosis(shuffles=False, norm=False, lr=0.05), "gradient-noise", "Shuffle")

    def test_a_model_left_in_evaluation_mode_may_train(self):
        diagnosis = self.diagnosis(evaluates=True)
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))

    def test_batch_norm_on_two_samples(self):
        diagnosis = self.diagnosis(batch=2, epochs=2)
        self.assertTrue(any("model.norm = layer" in trial["change"] for trial in diagnosis["trials"]), str(diagnosis))

    def test_batches_that_are_taken_for_time(self):
        def loop(watch, batch_first, every):
            torch.manual_seed(1)
            model = Turned(batch_first, every)
            optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
            x = torch.randn(210, 6, 3)
            y = (x[:, :, 0].cumsum(1) > 0).long()
            y = y if every else y[:, -1]
            with watch(model, optimizer) as clinic:
                for _ in range(6):
                    for part in torch.randperm(210).split(20):
                        loss = F.cross_entropy(model(x[part]).flatten(0, -2), y[part].flatten())
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        clinic.step(loss)

        for every in (False, True):
            self.expect(gradclinic.examine(lambda watch: loop(watch, False, every)), "wrong-output-or-loss", "batch_first")
            self.assertEqual(gradclinic.examine(lambda watch: loop(watch, True, every)).verdict, "healthy", every)

    def test_the_sound_loop(self):
        for of in ({}, {"norm": False}, {"every": 2}):
            self.assertEqual(self.diagnosis(**of).verdict, "healthy", of)


if __name__ == "__main__":
    unittest.main()
