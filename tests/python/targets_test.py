"""What is understood of a training's loss, targets and samples, read off outputs and gradients."""

import math
import unittest
import warnings

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from gradclinic.looks import targets


class Targets(unittest.TestCase):
    def inferred(self, output, loss_of):
        output = output.requires_grad_()
        loss = loss_of(output)
        loss.backward()
        return targets.infer(output.detach(), output.grad, float(loss))

    def test_cross_entropy(self):
        y = torch.randint(0, 4, (30,))
        found = self.inferred(torch.randn(30, 4), lambda out: F.cross_entropy(out, y))
        self.assertEqual(found.loss, "cross_entropy")
        self.assertTrue(torch.equal(found.values[:, 0].long(), y))
        self.assertAlmostEqual(found.scale, 1, places=4)

    def test_weighted_summed_and_smoothed_cross_entropy(self):
        y = torch.randint(0, 4, (30,))
        for loss_of in (lambda out: F.cross_entropy(out, y, weight=torch.tensor([1.0, 2.0, 3.0, 4.0])),
                        lambda out: F.cross_entropy(out, y, reduction="sum")):
            found = self.inferred(torch.randn(30, 4), loss_of)
            self.assertTrue(torch.equal(found.values[:, 0].long(), y))

    def test_negative_log_likelihood(self):
        y = torch.randint(0, 4, (30,))
        found = self.inferred(torch.randn(30, 4).log_softmax(1).detach(), lambda out: F.nll_loss(out, y))
        self.assertTrue(torch.equal(found.values[:, 0].long(), y))

    def test_images_and_sequences(self):
        y = torch.randint(0, 4, (3, 5, 6))
        found = self.inferred(torch.randn(3, 4, 5, 6), lambda out: F.cross_entropy(out, y))
        self.assertTrue(torch.equal(found.values[:, 0].long(), y.flatten()))
        y = torch.randint(0, 4, (3, 5))
        found = self.inferred(torch.randn(3, 5, 4), lambda out: F.cross_entropy(out.flatten(0, 1), y.flatten()))
        self.assertTrue(torch.equal(found.values[:, 0].long(), y.flatten()))

    def test_binary_cross_entropy_of_logits_and_of_probabilities(self):
        y = torch.randint(0, 2, (30, 1)).float()
        found = self.inferred(torch.randn(30, 1), lambda out: F.binary_cross_entropy_with_logits(out, y))
        self.assertEqual(found.loss, "bce")
        self.assertTrue(torch.equal(found.values, y))
        found = self.inferred(torch.rand(30, 1) * 0.8 + 0.1, lambda out: F.binary_cross_entropy(out, y))
        self.assertTrue(torch.equal(found.values, y))

    def test_outputs_that_are_alike_do_not_make_amounts_of_classes(self):
        # Of ten classes the mean squared error that would have this gradient is 2.25, the cross-entropy 2.30.
        for classes in (2, 3, 9, 10, 11):
            y = torch.randint(0, classes, (64,))
            for spread in (0.0, 1e-3, 0.05):
                found = self.inferred(spread * torch.randn(64, classes), lambda out: F.cross_entropy(out, y))
                self.assertEqual((found.loss, found.mistake), ("cross_entropy", ""))
                self.assertTrue(torch.equal(found.values[:, 0].long(), y))
                shares = torch.softmax(spread * torch.randn(64, classes), 1)
                found = self.inferred(shares, lambda out: F.mse_loss(out, F.one_hot(y, classes).float()))
                self.assertEqual(found.loss, "mse")

    def test_probabilities_where_logits_are_expected(self):
        y = torch.randint(0, 4, (30,))
        shares = torch.randn(30, 4).softmax(1)
        for output, loss_of, mistake in ((shares, F.cross_entropy, targets.PROBABILITIES),
                                         (shares, F.nll_loss, targets.PROBABILITIES),
                                         (torch.randn(30, 4), F.cross_entropy, ""), (shares.log(), F.cross_entropy, ""),
                                         (torch.randn(30, 4), F.nll_loss, targets.UNNORMALIZED),
                                         (shares.log(), F.nll_loss, "")):
            self.assertEqual(self.inferred(output.clone(), lambda out: loss_of(out, y)).mistake, mistake)
        # Probabilities that the loss takes the logarithm of are as they should be.
        for output, loss_of in ((shares, lambda out: F.nll_loss(out.log(), y)),
                                (shares, lambda out: -(out + 1e-9).log()[torch.arange(30), y].sum())):
            found = self.inferred(output.clone(), loss_of)
            self.assertEqual((found.loss, found.mistake), ("cross_entropy", ""))
            self.assertTrue(torch.equal(found.values[:, 0].long(), y))
            self.assertTrue(torch.allclose(found.outputs, shares.log()))
        one = torch.randint(0, 2, (30,)).float()
        for loss, expected in ((F.binary_cross_entropy_with_logits, targets.PROBABILITIES), (F.binary_cross_entropy, "")):
            output = torch.randn(30).sigmoid().requires_grad_()
            value = loss(output, one)
            value.backward()
            found = targets.infer(output.detach(), output.grad, float(value), "sigmoid")
            self.assertEqual((found.loss, found.mistake), ("bce", expected))

    def test_a_loss_of_the_output_of_the_action_taken_is_no_log_likelihood(self):
        taken, reward = torch.randint(0, 4, (30, 1)), torch.rand(30)
        for output in (0.1 * torch.randn(30, 4), torch.randn(30, 4).sigmoid()):
            for loss_of in (F.smooth_l1_loss, F.l1_loss, F.mse_loss):
                found = self.inferred(output.clone(), lambda out: loss_of(out.gather(1, taken)[:, 0], reward + 2))
                self.assertNotEqual(getattr(found, "loss", None), "cross_entropy")

    def test_what_a_loss_has_beside_that_of_the_predictions(self):
        y, binary = torch.randint(0, 4, (30,)), torch.randint(0, 2, (30, 1)).float()
        for columns, loss_of in ((4, lambda out: F.cross_entropy(out, y)),
                                 (1, lambda out: F.binary_cross_entropy_with_logits(out, binary))):
            found = self.inferred(torch.randn(30, columns), lambda out: loss_of(out) + 0.7)
            self.assertAlmostEqual(found.penalty, 0.7, places=4)
            self.assertAlmostEqual(found.scale, 1, places=4)
            self.assertEqual(self.inferred(torch.randn(30, columns), loss_of).penalty, 0)
        for loss_of in (lambda out: F.cross_entropy(out, y, reduction="sum"),
                        lambda out: F.cross_entropy(out, y, label_smoothing=0.2),
                        lambda out: F.cross_entropy(out, y, weight=torch.tensor([1.0, 2.0, 3.0, 4.0]))):
            found = self.inferred(torch.randn(30, 4), loss_of)
            self.assertEqual(found.penalty if found is not None else 0, 0)
        output = torch.randn(30, 4).requires_grad_()
        loss = F.cross_entropy(output, y)
        (loss / 4).backward()  # of four batches; the whole is told
        self.assertEqual(targets.infer(output.detach(), output.grad, float(loss)).penalty, 0)

    def test_a_loss_with_its_sign_turned(self):
        y, binary, amounts = torch.randint(0, 4, (30,)), torch.randint(0, 2, (30, 1)).float(), torch.randn(30, 2)
        for columns, loss_of, loss in ((4, lambda out: F.cross_entropy(out, y), "cross_entropy"),
                                       (2, lambda out: F.cross_entropy(out, y % 2), "cross_entropy"),
                                       (1, lambda out: F.binary_cross_entropy_with_logits(out, binary), "bce"),
                                       (2, lambda out: F.mse_loss(out, amounts), "mse")):
            output = torch.randn(30, columns)
            found = self.inferred(output.clone(), lambda out: -loss_of(out))
            self.assertEqual((found.loss, found.mistake), (loss, targets.NEGATED))
            self.assertTrue(torch.allclose(found.values, self.inferred(output, loss_of).values, atol=1e-4))
        similarity = self.inferred(torch.randn(30, 4), lambda out: -F.cosine_similarity(out, torch.ones(4)).mean())
        self.assertIsNone(similarity)

    def test_a_softmax_along_another_axis_than_the_classes(self):
        y = torch.randint(0, 3, (30, 8))
        flat = torch.randint(0, 3, (30,))
        for shape, loss_of, target in (((30, 3), lambda out: F.nll_loss(out.log_softmax(0), flat), flat),
                                       ((30, 3, 8), lambda out: F.nll_loss(out.log_softmax(2), y), y),
                                       ((30, 3, 8), lambda out: F.nll_loss(out.log_softmax(0), y, reduction="sum"), y),
                                       ((30, 8, 3), lambda out: F.nll_loss(out.log_softmax(1).movedim(2, 1), y), y)):
            for size in (0.01, 1.0):
                found = self.inferred(size * torch.randn(shape), loss_of)
                self.assertEqual((found.loss, found.mistake), ("cross_entropy", targets.MISPLACED))
                self.assertTrue(torch.equal(found.values[:, 0].long(), target.flatten()))
                self.assertEqual(found.outputs.shape, (target.numel(), 3))
        for shape, loss_of in (((30, 3, 8), lambda out: F.cross_entropy(out, y)),
                               ((30, 8, 3), lambda out: F.cross_entropy(out.movedim(2, 1), y)),
                               ((8, 8), lambda out: F.cross_entropy(out, torch.arange(8))),
                               ((8, 8), lambda out: F.cross_entropy(out, torch.arange(8)) + F.cross_entropy(out.T, torch.arange(8))),
                               ((30, 3), lambda out: (out - out.mean(0)).square().mean())):
            found = self.inferred(torch.randn(shape), loss_of)
            self.assertNotEqual(found and found.mistake, targets.MISPLACED, shape)

    def test_binary_classes_that_weigh_differently(self):
        y = torch.randint(0, 2, (40,)).float()
        for shape in ((40,), (40, 1)):
            for weight in (20.0, 0.1):
                found = self.inferred(2 * torch.randn(shape), lambda out: F.binary_cross_entropy_with_logits(
                    out, y.view(shape), pos_weight=torch.tensor(weight)))
                self.assertEqual(found.loss, "bce")
                self.assertTrue(torch.equal(found.values[:, 0], y))
        for loss_of in (lambda out: (out[:, 0] - y).abs().mean(), lambda out: F.huber_loss(out[:, 0], y),
                        lambda out: F.hinge_embedding_loss(out[:, 0], 2 * y - 1)):
            found = self.inferred(2 * torch.randn(40, 1), loss_of)
            self.assertNotEqual(found and found.loss, "bce")

    def test_mean_squared_error(self):
        y = torch.randn(30, 2)
        for loss_of, scale in ((F.mse_loss, 1), (lambda out, y: F.mse_loss(out, y, reduction="sum"), 60),
                               (lambda out, y: (out - y).square().sum(1).mean(), 2)):
            found = self.inferred(torch.randn(30, 2), lambda out: loss_of(out, y))
            self.assertEqual((found.loss, found.scale), ("mse", scale))
            self.assertTrue(torch.allclose(found.values, y, atol=1e-5))

    def test_outputs_that_meet_every_target(self):
        y = 3 + 2 * torch.randn(30)
        for output, target in ((torch.randn(30, 1), y), (torch.randn(30), y[:, None]), (1e-2 * torch.randn(30, 1), y)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = self.inferred(output, lambda out: F.mse_loss(out, target))
            self.assertEqual((found.loss, found.values.shape), ("mse", (30, 1)))
            self.assertTrue(torch.allclose(found.values, y.mean().expand(30, 1), atol=1e-4))
            self.assertAlmostEqual(found.variance / float(y.var(unbiased=False)), 1, places=3)

    def test_outputs_that_meet_every_target_of_their_sample(self):
        for shape in ((12, 9), (12, 2, 9)):
            y = torch.randn(shape)
            found = self.inferred(torch.randn(shape), lambda out: (out.unsqueeze(-1) - y.unsqueeze(-2)).square().mean())
            self.assertTrue(found.within)
            wanted = y.mean(-1, keepdim=True).expand(shape).reshape(12, -1)
            self.assertTrue(torch.allclose(found.values, wanted, atol=1e-4))
            self.assertAlmostEqual(found.variance, float(y.var(-1, unbiased=False).mean()), places=3)
            of_sample = y.mean(-1, keepdim=True).expand(shape)  # one target in all places
            for loss_of in (F.mse_loss, F.l1_loss, F.huber_loss):
                for target in (y, of_sample):
                    found = self.inferred(torch.randn(shape), lambda out: loss_of(out, target))
                    self.assertIsNone(found and found.variance)

    def test_outputs_that_meet_one_target_each(self):
        y = torch.randn(30, 1)
        constant = torch.full((30, 1), 2.5)
        alike = 1e-3 * torch.randn(30, 1) + 9
        for loss_of in (lambda out: F.mse_loss(out, y), lambda out: F.mse_loss(out, constant),
                        lambda out: F.mse_loss(out, torch.zeros(30, 1)), lambda out: F.l1_loss(out, y),
                        lambda out: F.l1_loss(out, constant), lambda out: F.huber_loss(out, y),
                        lambda out: F.huber_loss(out, constant), lambda out: F.smooth_l1_loss(out, y, beta=3.0),
                        lambda out: F.mse_loss(out, y) + 0.5,
                        lambda out: F.binary_cross_entropy_with_logits(out, (y > 0).float()),
                        lambda out: F.binary_cross_entropy_with_logits(out, torch.ones(30, 1))):
            for output in (torch.randn(30, 1), 5 * torch.randn(30, 1), alike.clone()):
                found = self.inferred(output, loss_of)
                self.assertIsNone(found and found.variance)
        several = torch.randn(30, 3)
        self.assertIsNone(self.inferred(torch.randn(30, 3), lambda out: F.mse_loss(out, several)).variance)

    def test_numbers_of_classes_come_back_whole(self):
        y = torch.randint(0, 10, (30, 1)).float()
        found = self.inferred(3 * torch.randn(30, 1), lambda out: F.mse_loss(out, y))
        self.assertTrue(torch.equal(found.values, y))

    def test_any_other_loss_is_not_guessed_at(self):
        self.assertIsNone(self.inferred(torch.randn(30, 2), lambda out: out.abs().mean()))
        y = torch.randn(30, 2)
        self.assertIsNone(self.inferred(torch.randn(30, 2), lambda out: F.smooth_l1_loss(out, y, beta=0.01)))


class NoTargets(unittest.TestCase):
    """Outputs that are to be small by themselves are compared with no targets; with zeros they are."""

    def known(self, outputs, loss_of):
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, outputs))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(4):
                optimizer.zero_grad()
                loss = loss_of(model(torch.randn(16, 4)))
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        return clinic.progress.loss_kind

    def test_of_residuals(self):
        self.assertIsNone(self.known(1, lambda out: out.square().mean()))
        self.assertEqual(self.known(1, lambda out: F.mse_loss(out, torch.zeros(16, 1))), "mse")
        self.assertEqual(self.known(1, lambda out: ((out - torch.zeros(16, 1)) ** 2).mean()), "mse")

    def test_of_what_a_flow_maps_to(self):
        self.assertIsNone(self.known(2, lambda out: (0.5 * out.square().sum(1) + 1.8379).mean()))


class Samples(unittest.TestCase):
    def facts(self, inputs, classes, model, validate=0):
        """What is known of the data after ten epochs in batches of 8, each in another order."""
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(10):
                for part in torch.randperm(len(inputs)).split(8):
                    loss = F.cross_entropy(model(inputs[part]), classes[part])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    clinic.step(loss)
                if validate:
                    model.eval()
                    with torch.no_grad():
                        losses = [float(F.cross_entropy(model(each), torch.zeros(len(each)).long()))
                                  for each in torch.randn(validate, 5).split(7)]
                    model.train()
                    clinic.validation(sum(losses) / len(losses))
        return {name: clinic.series(f"data.{name}")[1][0] for name in ("samples", "held_out", "neighbour_agreement")}

    def test_each_counts_once_in_however_many_epochs(self):
        inputs = torch.randn(40, 5)
        classes = torch.randint(0, 2, (40,))
        facts = self.facts(inputs, classes, nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)))
        self.assertEqual(facts["samples"], 40)
        self.assertEqual(facts["held_out"], 0)
        distances = torch.cdist(*2 * [(inputs - inputs.mean(0)) / inputs.std(0)]).fill_diagonal_(torch.inf)
        agreement = (classes[distances.argmin(1)] == classes).float().mean()
        self.assertAlmostEqual(facts["neighbour_agreement"], float(agreement), places=5)
        words = nn.Sequential(nn.Embedding(30, 4), nn.Flatten(), nn.Linear(12, 2))
        self.assertEqual(self.facts(torch.randint(0, 30, (40, 3)), classes, words)["samples"], 40)

    def test_held_out_ones_are_those_that_the_model_was_shown(self):
        model = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2))
        self.assertEqual(self.facts(torch.randn(40, 5), torch.randint(0, 2, (40,)), model, 33)["held_out"], 33)


class DenseTargets(unittest.TestCase):
    """A class for every pixel: neither do inputs and targets pair, nor does any place stand for all."""

    def facts(self, loss_of, outputs, batch):
        torch.manual_seed(1)
        x = 3 + torch.rand(60, 1, 8, 8)
        y = (x > 3.5).float()
        y[:, :, :, 0] = 0
        model = nn.Conv2d(1, outputs, 3, padding=1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for part in torch.arange(60).split(batch):
                loss = loss_of(model(x[part]), y[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        return lambda name: clinic.series(f"data.{name}")[1][0]

    def test_facts(self):
        for loss_of, outputs, batch in ((F.binary_cross_entropy_with_logits, 1, 12),
                                        (F.binary_cross_entropy_with_logits, 1, 1),
                                        (lambda out, y: F.cross_entropy(out, y[:, 0].long()), 2, 12)):
            fact = self.facts(loss_of, outputs, batch)
            self.assertEqual(fact("target_values"), 2)
            self.assertAlmostEqual(fact("largest_class"), 9 / 16, delta=0.08)
            self.assertEqual(fact("features"), 64)
            self.assertAlmostEqual(fact("input_mean_largest"), 3.5, delta=0.2)
            self.assertTrue(math.isnan(fact("neighbour_agreement")))


class Pairs(unittest.TestCase):
    """Inputs go with their own targets, however many of either there are."""

    def facts(self, model, x, loss_of):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
        with gradclinic.watch(model, optimizer, budget=None) as clinic:
            for _ in range(3):
                loss = loss_of(model(x))
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                clinic.step(loss)
        self.assertEqual(clinic.notes, [])
        return lambda name: clinic.series(f"data.{name}")[1][0]

    def test_a_batch_of_more_samples_than_are_kept(self):
        torch.manual_seed(2)
        x = torch.rand(2400, 1)
        for y, loss_of in ((3 * x, F.mse_loss), ((x[:, 0] > 0.5).long(), F.cross_entropy)):
            fact = self.facts(nn.Linear(1, 2 if y.ndim == 1 else 1), x, lambda out: loss_of(out, y))
            self.assertGreater(fact("neighbour_agreement"), 0.95)
            self.assertEqual(fact("features"), 1)

    def test_sequences_of_words_count_once(self):
        torch.manual_seed(2)
        words = torch.randint(0, 9, (40, 12))
        model = nn.Sequential(nn.Embedding(9, 6), nn.Linear(6, 3))
        labels = words % 3
        fact = self.facts(model, words, lambda out: F.cross_entropy(out.movedim(2, 1), labels))
        self.assertEqual(fact("samples"), 40)

    def test_outputs_of_places_that_are_not_as_many_in_each_sample(self):
        torch.manual_seed(2)

        class Packed(nn.Module):
            def __init__(self):
                super().__init__()
                self.gru, self.head = nn.GRU(2, 5, batch_first=True), nn.Linear(5, 3)

            def forward(self, x):
                packed = nn.utils.rnn.pack_padded_sequence(x, [5, 4, 4], batch_first=True)
                return self.head(self.gru(packed)[0].data)

        fact = self.facts(Packed(), torch.randn(3, 5, 2), lambda out: F.cross_entropy(out, torch.arange(13) % 3))
        self.assertEqual(fact("target_values"), 3)
        self.assertTrue(math.isnan(fact("neighbour_agreement")))


if __name__ == "__main__":
    unittest.main()
