"""Treatments made of trainings and treatments before."""

from gradclinic.trials.treatment import CannotBeMade


class Continuation:
    """Goes on where another training of the same loop ended: its parameters, buffers and the optimizers' state."""

    def __init__(self, before):
        self.before = before

    def apply(self, model, optimizers):
        if len(optimizers) != len(self.before.optimizers):
            raise CannotBeMade("other optimizers")
        try:
            model.load_state_dict(self.before.model.state_dict())
            for optimizer, before in zip(optimizers, self.before.optimizers):
                optimizer.load_state_dict({"state": before.state_dict()["state"],
                                           "param_groups": optimizer.state_dict()["param_groups"]})
        except (KeyError, RuntimeError, ValueError) as error:
            raise CannotBeMade("another model") from error
        return []


class Several:
    """One treatment after the other."""

    def __init__(self, *treatments):
        self.treatments = treatments

    def apply(self, model, optimizers):
        return [handle for treatment in self.treatments for handle in treatment.apply(model, optimizers)]
