"""Losses that are no plain error of the outputs: what examine() says of trainings that are in order."""

import copy
import itertools
import unittest

import torch
from torch import nn
from torch.nn import functional as F

import gradclinic
from small_loop import fit


def network(inputs, outputs):
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(inputs, 32), nn.ReLU(), nn.Linear(32, outputs))


def values_of_actions(watch):
    """Twelve places in a row, a reward at the end; the target network is copied every 40 steps."""
    model = network(12, 2)
    target, count = copy.deepcopy(model), itertools.count()

    def loss_of(_):
        if next(count) % 40 == 0:
            target.load_state_dict(model.state_dict())
        place, action = torch.randint(12, (64,)), torch.randint(2, (64,))
        after = (place + 2 * action - 1).clamp(0, 11)
        reward = (after == 11).float()
        with torch.no_grad():
            value = reward + 0.9 * target(F.one_hot(after, 12).float()).amax(1) * (1 - reward)
        taken = model(F.one_hot(place, 12).float()).gather(1, action[:, None])[:, 0]
        return F.smooth_l1_loss(taken, value)

    fit(watch, model, 3e-3, 300, loss_of)


def generator_and_critic(watch):
    generator, critic = network(4, 2), network(2, 1)
    of_critic = torch.optim.Adam(critic.parameters(), 3e-3)
    ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)

    def loss_of(_):
        made = generator(torch.randn(64, 4))
        loss = (F.binary_cross_entropy_with_logits(critic(0.5 + 0.5 * torch.randn(64, 2)), ones)
                + F.binary_cross_entropy_with_logits(critic(made.detach()), zeros))
        of_critic.zero_grad()
        loss.backward()
        of_critic.step()
        return F.binary_cross_entropy_with_logits(critic(made), ones)

    fit(watch, generator, 3e-3, 300, loss_of)


def policy(watch):
    model, right = network(8, 3), torch.randn(8, 3, generator=torch.Generator().manual_seed(1))

    def loss_of(_):
        seen = torch.randn(64, 8)
        actions = torch.distributions.Categorical(logits=model(seen))
        taken = actions.sample()
        reward = ((seen @ right).argmax(1) == taken).float()
        return -(actions.log_prob(taken) * (reward - reward.mean())).mean()

    fit(watch, model, 3e-3, 300, loss_of)


def probabilities(watch):
    model = nn.Sequential(network(6, 3), nn.Softmax(1))
    x = torch.randn(400, 6, generator=torch.Generator().manual_seed(1))
    y = x[:, :3].argmax(1)

    def loss_of(_):
        part = torch.randint(400, (64,))
        return F.nll_loss((model(x[part]) + 1e-9).log(), y[part])

    fit(watch, model, 3e-3, 300, loss_of)


def likelihood(watch):
    """Of a mean and a deviation: it falls below 0."""
    model, x = network(1, 2), torch.rand(400, 1, generator=torch.Generator().manual_seed(1))
    y = x + 0.05 * torch.randn(400, 1, generator=torch.Generator().manual_seed(2))

    def loss_of(_):
        part = torch.randint(400, (64,))
        mean, size = model(x[part]).chunk(2, 1)
        return F.gaussian_nll_loss(mean, y[part], F.softplus(size) + 1e-4)

    fit(watch, model, 3e-3, 300, loss_of)


class Verdicts(unittest.TestCase):
    def test_are_no_alarms(self):
        for train, *verdicts in ((values_of_actions, "healthy"), (probabilities, "healthy"), (likelihood, "healthy"),
                                 (policy, "undecided"), (generator_and_critic, "undecided", "healthy")):
            with self.subTest(train.__name__):
                diagnosis = gradclinic.examine(train)
                self.assertIn(diagnosis.verdict, verdicts, str(diagnosis))


if __name__ == "__main__":
    unittest.main()
