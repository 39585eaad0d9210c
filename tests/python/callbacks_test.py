"""The callbacks, driven by loops that call what Lightning's and Transformers' trainers call, in their order."""

import os
import tempfile
import types
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic


class WithLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))

    def forward(self, x, labels):
        logits = self.body(x)
        return {"loss": F.cross_entropy(logits, labels), "logits": logits}


class Callbacks(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.model = WithLoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.01)
        self.page = os.path.join(tempfile.mkdtemp(), "report.html")

    def batch(self):
        x = torch.randn(16, 4)
        return x, (x[:, 0] > 0).long()

    def update(self):
        x, y = self.batch()
        self.optimizer.zero_grad()
        output = self.model(x, y)
        output["loss"].backward()
        self.optimizer.step()
        return output["loss"]

    def expect_seen(self, clinic, steps):
        self.assertEqual(clinic.progress.steps, steps)
        self.assertEqual(len(clinic.series("validation_loss")[0]), 1)
        self.assertTrue(os.path.getsize(self.page) > 10_000)
        self.assertIn("verdict", clinic.diagnosis())

    def test_lightning(self):
        callback = gradclinic.LightningCallback(report=self.page, budget=None)
        trainer = types.SimpleNamespace(optimizers=[self.optimizer], callback_metrics={}, sanity_checking=False)
        callback.setup(trainer, self.model, "fit")
        callback.on_fit_start(trainer, self.model)
        callback.on_train_start(trainer, self.model)
        for index in range(30):
            callback.on_train_batch_start(trainer, self.model, None, index)
            callback.on_train_batch_end(trainer, self.model, {"loss": self.update()}, None, index)
        trainer.callback_metrics = {"val_loss": torch.tensor(0.5), "val_acc": torch.tensor(0.8)}
        callback.on_validation_end(trainer, self.model)
        callback.on_train_end(trainer, self.model)
        self.expect_seen(callback.clinic, 30)

    def test_transformers(self):
        callback = gradclinic.TransformersCallback(report=self.page, budget=None)
        callback.on_init_end(None, None, None)
        callback.on_train_begin(None, None, None, model=self.model, optimizer=self.optimizer)
        losses = []
        for _ in range(30):
            losses.append(float(self.update()))
            callback.on_step_end(None, None, None, model=self.model)
        callback.on_evaluate(None, None, None, metrics={"eval_loss": 0.5})
        callback.on_train_end(None, None, None)
        self.expect_seen(callback.clinic, 30)
        for seen, wanted in zip(callback.clinic.series("loss")[1], losses):
            self.assertAlmostEqual(seen, wanted, places=5)

    def test_reads_the_loss_of_steps_that_it_does_not_look_at(self):
        callback = gradclinic.TransformersCallback(budget=1e-9)
        callback.on_train_begin(None, None, None, model=self.model, optimizer=self.optimizer)
        for _ in range(30):
            loss = float(self.update())
            callback.on_step_end(None, None, None, model=self.model)
            self.assertAlmostEqual(callback.clinic.progress.last, loss, places=6)
        self.assertLess(callback.clinic.schedule.looked, 10)
        callback.on_train_end(None, None, None)

    def test_an_attribute_that_is_no_hook_is_missing(self):
        with self.assertRaises(AttributeError):
            gradclinic.LightningCallback().something_else


if __name__ == "__main__":
    unittest.main()
