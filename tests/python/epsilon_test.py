"""An optimizer's epsilon beside the gradients."""

import unittest

import torch
from torch.nn import functional as F

import gradclinic
from gradclinic.looks.epsilon import Epsilon
from small_loop import fact, loop


def adam(eps):
    return lambda parameters, lr: torch.optim.Adam(parameters, lr, eps=eps)


class EpsilonOfAdam(unittest.TestCase):
    def test_is_held_against_the_gradients(self):
        for eps, share in ((1e-8, 0.0), (10.0, 1.0)):
            seen = Epsilon([adam(eps)([torch.nn.Parameter(torch.ones(4))], 0.1)])
            for norm in (0.1, 1.0, float("nan"), 0.0):
                seen.see(norm)
            self.assertEqual(seen.facts(), {"epsilon_outweighs": share})
        plain = Epsilon([torch.optim.SGD([torch.nn.Parameter(torch.ones(4))], 0.1)])
        plain.see(1.0)
        self.assertEqual(plain.facts(), {"epsilon_outweighs": 0.0})

    def test_that_is_too_large_is_the_cause(self):
        diagnosis = gradclinic.examine(lambda watch: loop(watch, lr=0.01, optimizer=adam(10.0), steps=200))
        self.assertEqual((diagnosis.verdict, diagnosis.cause), ("sick", "learning-rate-too-low"), str(diagnosis))
        self.assertIn("epsilon", str(diagnosis))
        self.assertIn("train.epsilon", str(diagnosis))

    def test_that_is_usual_is_no_matter(self):
        clinics = []
        loop(lambda *given: clinics.append(gradclinic.watch(*given)) or clinics[0], lr=0.01, optimizer=adam(1e-8))
        self.assertEqual(fact(clinics[0], "epsilon_outweighs"), 0)


if __name__ == "__main__":
    unittest.main()
