"""Mistakes in how a model is built or evaluated: what is seen of them, and that examine() undoes them."""

import copy
import functools
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.trials import last_activation
from small_loop import adam, fact, loop


def data():
    generator = torch.Generator().manual_seed(3)
    x = 2 + 3 * torch.randn(400, 6, generator=generator)
    return x, (x[:, 0] > 2).long() + (x[:, 1] > 2).long()


def train(watch, *, end=None, scales=True, scales_held_out=True, momentum=None, lr=0.02, epochs=12,
          first=None, last=None, loss_of=F.cross_entropy, decay=1.0, outputs=3):
    torch.manual_seed(7)
    first, last = copy.deepcopy((first, last))
    norms = [] if momentum is None else [nn.BatchNorm1d(16, momentum=momentum)]
    model = nn.Sequential(*([first] if first else []), nn.Linear(6, 16), *norms, nn.Tanh(), last or nn.Linear(16, outputs),
                          *([end] if end else []))
    optimizer = adam(model.parameters(), lr)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, decay)
    x, y = data()
    x, held_out = x[:300], x[300:]
    mean, deviation = x.mean(0), x.std(0)
    x = (x - mean) / deviation if scales else x
    held_out = (held_out - mean) / deviation if scales_held_out else held_out
    with watch(model, optimizer) as clinic:
        for _ in range(epochs):
            model.train()
            for part in torch.randperm(300).split(20):
                loss = loss_of(model(x[part]), y[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                clinic.step(loss)
            model.eval()
            with torch.no_grad():
                output = model(held_out)
            if outputs > 1:
                clinic.validation(F.cross_entropy(output, y[300:]), float((output.argmax(1) == y[300:]).float().mean()))
    return clinic


class OtherLosses(unittest.TestCase):
    @staticmethod
    def hinge(output, target):
        """Of margins about 0, as for two classes: most pulls are away from the wrong ones."""
        return (1 - 0.02 * output * (2 * F.one_hot(target, 3) - 1)).clamp(min=0).mean()

    @staticmethod
    def distances(output, target):
        return F.mse_loss(output, F.one_hot(target, 3).float())

    @staticmethod
    def absolute(output, target):
        return F.l1_loss(output, F.one_hot(target, 3).float())

    @staticmethod
    def numbers(output, target):
        return F.mse_loss(output, target[:, None].expand_as(output).float())

    def test_of_the_classes_numbers_are_seen(self):
        for loss_of, seen in ((self.numbers, 1), (self.distances, 0), (F.cross_entropy, 0)):
            self.assertEqual(fact(train(gradclinic.watch, loss_of=loss_of, epochs=2), "numbers_for_classes"), seen)

    def test_of_all_samples_classes_are_seen(self):
        def of_all(output, target):
            return -output.log_softmax(1)[:, target].mean()

        for loss_of, seen in ((of_all, 1), (F.cross_entropy, 0),
                              (lambda output, target: -output.log_softmax(1).mean(), 0)):  # to the same shares always
            self.assertEqual(fact(train(gradclinic.watch, loss_of=loss_of, epochs=2), "classes_of_all"), seen)

    def test_are_replaced_in_a_trial(self):
        diagnosis = gradclinic.examine(lambda watch: train(watch, loss_of=self.absolute))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))

    def test_are_seen_by_the_class_that_they_pull_up(self):
        for loss_of, other in ((self.hinge, 1), (self.distances, 1), (self.absolute, 1), (F.cross_entropy, 0),
                               (functools.partial(F.cross_entropy, label_smoothing=0.1), 0),
                               (lambda output, target: F.l1_loss(output, torch.randn(output.shape)), 0),
                               (lambda output, target: output.square().mean(), 0)):
            self.assertEqual(fact(train(gradclinic.watch, loss_of=loss_of, epochs=2), "other_loss"), other)

    def test_may_do_no_harm(self):
        diagnosis = gradclinic.examine(lambda watch: train(watch, loss_of=self.distances))
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))


class Pulls(unittest.TestCase):
    @staticmethod
    def loss_of_the_mean(output, target):
        return (output[:, 0] - target).mean() ** 2

    def test_are_alike_where_a_loss_sees_the_mean_alone(self):
        self.assertGreater(fact(train(gradclinic.watch, loss_of=self.loss_of_the_mean, outputs=1), "pulled_alike"), 0.9)
        diagnosis = gradclinic.examine(lambda watch: train(watch, loss_of=self.loss_of_the_mean, outputs=1))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"))
        self.assertIn("errors up and down", " ".join(str(diagnosis).split()))

    def test_are_alike_where_outputs_or_errors_are_averaged_over_the_batch(self):
        def over_samples(output, target):
            return F.cross_entropy(output.mean(0, keepdim=True).expand_as(output), target)

        def cancelling(output, target):
            return (output - F.one_hot(target, 3)).mean(0).square().mean()

        for loss_of in (over_samples, cancelling):
            self.assertGreater(fact(train(gradclinic.watch, loss_of=loss_of), "pulled_alike"), 0.9)
        diagnosis = gradclinic.examine(lambda watch: train(watch, loss_of=over_samples))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"))

    def test_differ_where_it_sees_each_sample(self):
        self.assertEqual(fact(train(gradclinic.watch), "pulled_alike"), 0)
        self.assertEqual(fact(train(gradclinic.watch, loss_of=lambda output, target: -output.mean()), "pulled_alike"), 0,
                         "a critic's, which is meant so")

    def test_tell_policy_gradients(self):
        def policy(output, target):
            actions = torch.distributions.Categorical(logits=output)
            taken = actions.sample()
            return -(actions.log_prob(taken) * ((taken == target).float() - 0.4)).mean()

        self.assertEqual(fact(train(gradclinic.watch, loss_of=policy), "policy_gradient"), 1)
        self.assertEqual(fact(train(gradclinic.watch), "policy_gradient"), 0)

    def test_tell_sums_from_means(self):
        self.assertEqual(fact(train(gradclinic.watch), "loss_summed"), 0)
        self.assertEqual(fact(train(gradclinic.watch, loss_of=lambda output, target: F.cross_entropy(
            output, target, reduction="sum")), "loss_summed"), 1)


def binary(weight):
    return lambda output, target: F.binary_cross_entropy_with_logits(output[:, 0], (target > 0).float(),
                                                                     pos_weight=torch.tensor(weight))


class Weights(unittest.TestCase):
    def test_of_classes_are_seen(self):
        share = float((data()[1][:300] > 0).float().mean())
        for weight in (1.0, 20.0):
            seen = fact(train(gradclinic.watch, loss_of=binary(weight), outputs=1), "weighted_largest_class")
            positive = weight * share / (weight * share + 1 - share)
            self.assertAlmostEqual(seen, max(positive, 1 - positive), delta=0.03)
        counts = data()[1][:300].bincount().float()
        balanced = nn.CrossEntropyLoss(1 / counts)
        self.assertAlmostEqual(fact(train(gradclinic.watch, loss_of=balanced), "weighted_largest_class"), 1 / 3, delta=0.1)

    def test_of_several_classes_a_sample_are_seen_before_all_are_certain(self):
        def loss_of(output, target):
            return F.binary_cross_entropy_with_logits(output, F.one_hot(target, 3).float(), pos_weight=torch.tensor(50.0))

        for lr in (0.02, 3.0):
            seen = fact(train(gradclinic.watch, loss_of=loss_of, lr=lr), "weighted_largest_class")
            self.assertAlmostEqual(seen, 50 / 52, delta=0.02)

    def test_of_samples_by_how_sure_they_are_do_not_count(self):
        def focal(output, target):
            each = F.cross_entropy(output, target, reduction="none")
            return ((1 - torch.exp(-each)) ** 2 * each).mean()
        self.assertEqual(fact(train(gradclinic.watch, loss_of=focal), "weighted_largest_class"), 0)

    def test_that_suit_other_samples_are_left_out(self):
        def loop(watch):
            torch.manual_seed(7)
            model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0))
            optimizer = adam(model.parameters(), 0.02)
            x, y = data()
            x, y = (x - x.mean(0)) / x.std(0), (y > 0).float()
            with watch(model, optimizer) as clinic:
                for _ in range(8):
                    for part in torch.randperm(300).split(20):
                        loss = F.binary_cross_entropy_with_logits(model(x[part]), y[part], pos_weight=torch.tensor(300.0))
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        clinic.step(loss)
                    with torch.no_grad():
                        output = model(x[300:])
                    clinic.validation(F.binary_cross_entropy_with_logits(output, y[300:]),
                                      float(((output > 0) == (y[300:] > 0)).float().mean()))

        diagnosis = gradclinic.examine(loop)
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))
        self.assertIn("pos_weight", str(diagnosis))


class Shift(unittest.TestCase):
    def test_of_inputs_held_out(self):
        mixed = train(gradclinic.watch, scales_held_out=False)
        self.assertAlmostEqual(fact(mixed, "held_out_shift"), 2, delta=0.3)
        self.assertAlmostEqual(fact(mixed, "held_out_scale"), 3, delta=0.3)
        for clinic in (train(gradclinic.watch), train(gradclinic.watch, scales=False, scales_held_out=False)):
            self.assertAlmostEqual(fact(clinic, "held_out_shift"), 0, delta=0.2)
            self.assertAlmostEqual(fact(clinic, "held_out_scale"), 1, delta=0.2)


class LastActivation(unittest.TestCase):
    def test_is_left_out_whoever_computes_it(self):
        class Called(nn.Sequential):
            def __init__(self, function):
                super().__init__(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 3))
                self.function = [function]  # in a list: no child

            def forward(self, x):
                return self.function[0](super().forward(x))

        x = data()[0]
        shared = nn.ReLU()
        for model in (Called(nn.ReLU()), Called(nn.ReLU(inplace=True)), Called(nn.Tanh()), Called(nn.LeakyReLU()),
                      Called(nn.ELU()), Called(F.relu), Called(lambda out: torch.relu(out)), Called(lambda out: out.relu()),
                      Called(lambda out: torch.tanh(out).view(-1, 3)), Called(nn.Hardtanh()),
                      nn.Sequential(nn.Linear(6, 4), shared, nn.Linear(4, 3), shared)):
            functions = torch.relu, torch.Tensor.relu, F.leaky_relu
            given = model(x)
            handles = last_activation.left_out(model)
            self.assertTrue(torch.equal(model(x), given), "the first call tells which it is")
            inner = model[2](torch.relu(model[0](x)))
            for _ in range(2):
                self.assertTrue(torch.equal(model(x), inner), model)
            for handle in handles:
                handle.remove()
            self.assertTrue(torch.equal(model(x), given))
            self.assertEqual((torch.relu, torch.Tensor.relu, F.leaky_relu), functions)

    def test_there_may_be_none(self):
        for model in (nn.Linear(6, 2), nn.Sequential(nn.ReLU(), nn.Linear(6, 2))):
            last_activation.left_out(model)
            with self.assertRaises(last_activation.NoActivation):
                model(data()[0])


class Examined(unittest.TestCase):
    def expect(self, cause, change, **of):
        diagnosis = gradclinic.examine(lambda watch: train(watch, **of))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", cause), str(diagnosis))
        self.assertGreater(max(trial["restored"] for trial in diagnosis["trials"] if change in trial["change"]), 0.7)

    def test_logits_that_pass_an_activation_function(self):
        for end in (nn.Tanh(), nn.ReLU()):
            self.assertEqual(fact(train(gradclinic.watch, end=end), "output_activated"), 1)
        self.assertEqual(fact(train(gradclinic.watch), "output_activated"), 0)
        self.expect("wrong-output-or-loss", "model.output = linear", end=nn.Hardtanh(-0.3, 0.3))

    def test_logits_that_are_cosines(self):
        class Cosines(nn.Module):
            def __init__(self):
                super().__init__()
                self.project, self.ways = nn.Linear(16, 8), nn.Parameter(torch.randn(3, 8))

            def forward(self, x):
                return F.linear(F.normalize(self.project(x)), F.normalize(self.ways))

        clinic = train(gradclinic.watch, last=Cosines())
        self.assertEqual(fact(clinic, "output_of_layer"), 0)
        self.assertAlmostEqual(fact(clinic, "output_largest"), 1, delta=0.3)
        self.assertEqual(fact(train(gradclinic.watch), "output_of_layer"), 1)
        diagnosis = gradclinic.examine(lambda watch: train(watch, last=Cosines()))
        stretched = next(trial for trial in diagnosis["trials"] if "model.output = stretched" in trial["change"])
        self.assertLess(stretched["validation_loss"], 0.45)  # 0.53 without

    def test_logits_that_are_multiplied(self):
        class Times(nn.Module):
            def forward(self, x):
                return 100 * x / 0.5

        self.assertAlmostEqual(fact(train(gradclinic.watch, end=Times()), "output_factor"), 200, places=3)
        self.assertEqual(fact(train(gradclinic.watch), "output_factor"), 1)
        self.expect("wrong-output-or-loss", "model.output = unscaled", end=Times())

    def test_a_class_that_the_loss_ignores(self):
        ignoring = functools.partial(F.cross_entropy, ignore_index=0)
        share = float((data()[1][:300] == 0).float().mean())
        self.assertAlmostEqual(fact(train(gradclinic.watch, loss_of=ignoring), "samples_ignored"), share, delta=0.1)
        diagnosis = gradclinic.examine(lambda watch: train(watch, loss_of=ignoring))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"))
        self.assertIn("ignore_index", diagnosis["findings"][0]["sentence"])

        def left_out(output, y):  # samples of all classes
            return F.cross_entropy(output, torch.where(torch.arange(len(y)) % 4 == 0, -100, y))

        self.assertEqual(fact(train(gradclinic.watch, loss_of=left_out), "samples_ignored"), 0)

    def test_a_loss_that_rounds(self):
        def rounded(output, y):
            return F.mse_loss(output[:, 0].round(), y.float())

        diagnosis = gradclinic.examine(lambda watch: train(watch, loss_of=rounded))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "disconnected-parameter"), str(diagnosis))
        self.assertIn("round()", diagnosis["findings"][0]["sentence"])

    def test_features_computed_without_gradients(self):
        class Features(nn.Sequential):
            def forward(self, x):
                with torch.no_grad():
                    return super().forward(x)

        first = Features(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 2), nn.Tanh(), nn.Linear(2, 6))
        self.assertAlmostEqual(fact(train(gradclinic.watch, first=first), "without_graph"), 3 / 5)
        self.expect("disconnected-parameter", "model.detach = false", first=first, epochs=20)
        self.assertEqual(fact(train(gradclinic.watch), "without_graph"), 0)
        held = Features(nn.Linear(6, 6)).requires_grad_(False)
        self.assertEqual(fact(train(gradclinic.watch, first=held), "without_graph"), 0)

    def test_a_schedule_that_is_stepped_too_often(self):
        self.expect("loss-plateau", "train.schedule = constant", decay=0.8)

    def test_inputs_held_out_on_another_scale(self):
        self.expect("unnormalized-input", "data.standardize_held_out = true", scales_held_out=False)

    def test_running_averages_that_lag_behind(self):
        self.expect("tiny-batch-norm", "model.norm_momentum = 0.1", momentum=0.0001, scales=False, scales_held_out=False)

    def test_the_sound_ones(self):
        for of in ({}, {"momentum": 0.1}, {"end": nn.LeakyReLU(0.5)}):
            diagnosis = gradclinic.examine(lambda watch: train(watch, **of))
            self.assertEqual(diagnosis.verdict, "healthy", (of, str(diagnosis)))


class Exponential(nn.Module):
    def forward(self, x):
        return x.exp()


class SoftmaxBetweenLayers(unittest.TestCase):
    def test_is_the_cause_where_relu_in_its_place_learns_more(self):
        diagnosis = gradclinic.examine(lambda watch: loop(watch, activation=lambda: nn.Softmax(1), steps=200, lr=0.5))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "wrong-output-or-loss"), str(diagnosis))
        self.assertIn("model.softmax = relu", str(diagnosis))

    def test_an_exponential_that_does_no_harm_is_none(self):
        diagnosis = gradclinic.examine(lambda watch: loop(watch, activation=Exponential, optimizer=adam, gain=0.3, steps=200, lr=0.01))
        self.assertEqual(diagnosis.verdict, "healthy", str(diagnosis))


class Places(nn.Module):
    """The mean place under a softmax of scores."""

    def __init__(self):
        super().__init__()
        self.scores = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 16))

    def forward(self, x):
        return (self.scores(x).softmax(1) * torch.linspace(-1, 1, 16)).sum(1)


class SlopeOfNothing(unittest.TestCase):
    def test_is_found_where_a_step_has_gone_too_far(self):
        def train(watch, lr):
            torch.manual_seed(3)
            model, x = Places(), data()[0]
            x = (x - x.mean(0)) / x.std(0)
            y = 0.4 * x[:, 0].tanh() + 0.1 * x[:, 1]
            optimizer = torch.optim.SGD(model.parameters(), lr)
            with watch(model, optimizer) as clinic:
                for _ in range(60):
                    loss = F.mse_loss(model(x), y)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)
            return clinic

        clinic = train(functools.partial(gradclinic.watch, budget=None), 1e9)
        self.assertEqual(clinic.series("gradient_norm")[1][-1], 0)
        diagnosis = gradclinic.examine(lambda watch: train(watch, 1e9))
        self.assertEqual(diagnosis.verdict, "sick", str(diagnosis))
        self.assertIn("stay exactly 0", str(diagnosis))
        self.assertNotIn("stay exactly 0", str(train(gradclinic.watch, 1.0).diagnosis()))


if __name__ == "__main__":
    unittest.main()
