"""Changes to a training that its own loop carries out: made on the model and the optimizer, before the first step."""

import contextlib
import functools
import tomllib
import types

import torch
from torch import nn
from torch.nn import functional

from gradclinic import last_activation, modules, outputs
from gradclinic.class_weights import count_alike
from gradclinic.description import describe
from gradclinic.replaced import Replaced, while_computing
from gradclinic.scale import Scale
from gradclinic.softmax import along_last_axis
from gradclinic.stand_in import count_step, stand_in

OPTIMIZERS = {
    "sgd": lambda groups, lr, momentum: torch.optim.SGD(groups, lr=lr),
    "momentum": lambda groups, lr, momentum: torch.optim.SGD(groups, lr=lr, momentum=momentum),
    "nesterov": lambda groups, lr, momentum: torch.optim.SGD(groups, lr=lr, momentum=momentum, nesterov=True),
    "adam": lambda groups, lr, momentum: torch.optim.Adam(groups, lr=lr),
    "adamw": lambda groups, lr, momentum: torch.optim.AdamW(groups, lr=lr),
    "rmsprop": lambda groups, lr, momentum: torch.optim.RMSprop(groups, lr=lr),
}

ACTIVATIONS = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "selu": nn.SELU, "gelu": nn.GELU,
               "silu": nn.SiLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "softplus": nn.Softplus,
               "identity": nn.Identity}

INITIALIZERS = {
    "he_normal": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"),
    "he_uniform": lambda weight: nn.init.kaiming_uniform_(weight, nonlinearity="relu"),
    "xavier_normal": nn.init.xavier_normal_,
    "xavier_uniform": nn.init.xavier_uniform_,
    "lecun_normal": lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="linear"),
    "orthogonal": nn.init.orthogonal_,
}


LARGE_TABLE = 3.0   # an embedding's deviation, from which on it starts anew as nn.Embedding does

DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d")


def _with_share(drop_out, share):
    """The function, whatever share it is called with."""
    def dropped(input, p=0.5, training=True, inplace=False):
        return drop_out(input, share, training, inplace)
    return functools.wraps(drop_out)(dropped)


def _gather(gathered, groups, batches, complete):
    """Adds up the gradients of several batches; whether their mean is in the parameters now."""
    for group in groups:
        for value in group["params"]:
            if value.grad is None:
                continue
            part = value.grad / batches
            gathered[value] = gathered[value] + part if value in gathered else part
            if complete:
                value.grad.copy_(gathered[value])
    if complete:
        gathered.clear()
    return complete


class CannotBeMade(Exception):
    """A change that the user's own code would have to make."""


class Treatment:
    """`changes`: keys of a spec with values. `patient`: the clinic of the untreated training."""

    def __init__(self, changes, patient):
        spec = tomllib.loads(describe(patient))
        self.patient = patient
        self.spec = {"data.standardize": False, "data.standardize_held_out": False,
                     "data.standardize_target": False, "data.target_scale": 1.0,
                     "model.init": None, "model.init_gain": 1.0, "model.bias_init": None, "train.clip_value": 0.0,
                     "train.warmup": 0, "train.schedule": None, "train.momentum": 0.9,
                     "train.parameters": None, "train.zero_grad": None, "train.frozen": True,
                     "model.output": None, "model.detach": True, "model.training": None, "model.softmax": None,
                     "model.plain": None, "train.class_weights": None}
        self.spec |= {f"{part}.{key}": value for part in ("model", "train") for key, value in spec[part].items()}
        wanted = {key: self._typed(key, value) for key, value in changes}
        self.changes = {key: value for key, value in wanted.items() if value != self.spec.get(key)}
        for key in self.changes:
            if key not in MAKERS and key not in OF_STEPS:
                raise CannotBeMade(key)
        # A larger batch is several of the loop's.
        self.gathers = round(self.changes.get("train.batch", 1) / max(1, self.spec["train.batch"]))
        if "train.batch" in self.changes and self.gathers < 2:
            raise CannotBeMade("train.batch")

    def _typed(self, key, value):
        if value in ("true", "false"):
            return value == "true"
        with contextlib.suppress(ValueError):
            return float(value)
        return value.strip('"')

    def apply(self, model, optimizers):
        """Makes the changes; returns handles whose remove() takes back what can be. Where one cannot be made, nothing
        stays replaced."""
        self.handles = []
        try:
            self._make(model, optimizers)
        except Exception:
            for handle in self.handles:
                handle.remove()
            raise
        return self.handles

    def _make(self, model, optimizers):
        if len(optimizers) != 1 and any(key.startswith("train.") for key in self.changes):
            raise CannotBeMade("several optimizers")
        self.optimizers = optimizers
        for key, value in self.changes.items():
            if key in MAKERS:
                MAKERS[key](self, model, value)
        if "train.frozen" in self.changes:
            model.requires_grad_(True)
        if {"train.parameters", "train.frozen"} & set(self.changes):
            self._give_all_parameters(model, optimizers[0])
        for optimizer in optimizers:
            self._steps_of(model, optimizer)

    # Each step.

    def _steps_of(self, model, optimizer):
        change = self.changes
        if not any(key in OF_STEPS for key in change):
            return
        groups = optimizer.param_groups
        substitute = None
        adam = self.spec["train.optimizer"].startswith("adam") and "train.optimizer" not in change
        if adam and "train.momentum" in change:
            for group in groups:
                group["betas"] = (change["train.momentum"], 0.999)
        elif "train.optimizer" in change or "train.momentum" in change:
            name = change.get("train.optimizer", self.spec["train.optimizer"])
            rate = change.get("train.lr", self.spec["train.lr"])
            momentum = change.get("train.momentum", self.spec["train.momentum"])
            substitute = OPTIMIZERS[name]([{"params": group["params"]} for group in groups], rate, momentum)
        if "train.weight_decay" in change:
            for group in (substitute or optimizer).param_groups:
                group["weight_decay"] = change["train.weight_decay"]
        # Another optimizer needs a rate of its own; of the same one the rate changes by a factor, whatever its schedule.
        factor = 1.0
        if "train.lr" in change and substitute is None:
            factor = change["train.lr"] / self.spec["train.lr"] if self.spec["train.lr"] else 1.0
        whole = self._keep_whole_gradients(model) if change.get("train.clip_norm") == 0.0 else None
        largest = change.get("train.clip_norm") or None
        warmup = int(change.get("train.warmup", 0))
        clears = change.get("train.zero_grad", False)
        planned = []
        if change.get("train.schedule") == "constant" and substitute is None:
            highest = "max_lr" if "train.lr" not in change else "initial_lr"  # of a schedule that begins below its rate
            planned = [group.get(highest, group.get("initial_lr", group["lr"])) for group in groups]
        gathered = {}
        original, count = optimizer.step, 0

        @functools.wraps(original)
        def step(_, *args, **kwargs):
            nonlocal count
            count += 1
            if self.gathers > 1 and not _gather(gathered, groups, self.gathers, count % self.gathers == 0):
                return None
            if whole is not None:
                for value, gradient in whole.items():
                    value.grad.copy_(gradient)
                whole.clear()
            if largest is not None:
                nn.utils.clip_grad_norm_(model.parameters(), largest)
            by = factor * (min(1.0, count / warmup) if warmup else 1.0)
            used = substitute or optimizer
            rates = [group["lr"] for group in used.param_groups]
            for group, rate in zip(used.param_groups, planned or rates):
                group["lr"] = by * rate
            try:
                if substitute is None:
                    return original(*args, **kwargs)
                count_step(optimizer)
                return substitute.step(*args, **kwargs)
            finally:
                if clears:
                    optimizer.zero_grad()
                for group, rate in zip(used.param_groups, rates):
                    group["lr"] = rate

        optimizer.step = types.MethodType(step, optimizer)

    def _keep_whole_gradients(self, model):
        """What comes back to each parameter, before anyone clips it."""
        whole = {}

        def keeper(value):
            def keep(gradient):
                whole[value] = whole[value] + gradient if value in whole else gradient.clone()
            return keep

        for value in model.parameters():
            if value.requires_grad:
                self.handles.append(value.register_hook(keeper(value)))
        return whole

    # Once.

    def _give_all_parameters(self, model, optimizer):
        """To the first group, so that a schedule made for the groups of before still fits."""
        known = {value for group in optimizer.param_groups for value in group["params"]}
        optimizer.param_groups[0]["params"] += [value for value in model.parameters()
                                                if value.requires_grad and value not in known]

    def _change_output(self, model, wanted):
        if wanted == "linear":
            self.handles += last_activation.left_out(model)
            return
        change = outputs.CHANGES.get(wanted)
        if change is None:
            raise CannotBeMade(f"model.output = {wanted}")

        def changed(module, inputs, output):
            if not isinstance(output, torch.Tensor) or not output.ndim:
                raise CannotBeMade("model.output")
            return change(output, self.patient.lens.squashing)

        self.handles.append(model.register_forward_hook(changed))

    def _stay_in_the_graph(self, model, wanted):
        """Nothing is detached, and gradients stay on, while the model computes an output that takes them."""
        def replace():
            if not torch.is_grad_enabled():
                return []
            return [Replaced(torch.Tensor, "detach", lambda tensor: tensor),
                    Replaced(torch._C, "_set_grad_enabled", lambda mode: None)]

        self.handles += while_computing(model, replace)

    def _stand_in(self, model, wanted):
        if len(self.optimizers) != 1:
            raise CannotBeMade("several optimizers")
        of = self.patient
        self.handles += stand_in(model, self.optimizers[0], of.lens.squashing, of.progress.target_scale)

    def _count_alike(self, model, wanted):
        loss = self.patient.progress.loss_kind
        if wanted != "equal" or loss not in ("cross_entropy", "bce"):
            raise CannotBeMade("train.class_weights")
        self.handles.append(count_alike(model, loss))

    def _turn_softmax(self, model, wanted):
        self.handles += while_computing(model, along_last_axis)

    def _initialize(self, model, name):
        initialize = INITIALIZERS.get(name)
        if initialize is None:
            raise CannotBeMade(f"model.init = {name}")
        with torch.no_grad():
            for layer in modules.layers_of(model):
                for parameter, value in layer.module.named_parameters(recurse=False):
                    if not value.requires_grad:
                        continue
                    if "weight_hh" in parameter:
                        nn.init.orthogonal_(value)
                    elif value.ndim >= 2:
                        initialize(value)
                    else:
                        value.zero_()
            for table in modules.tables_of(model):
                if float(table.weight.std()) > LARGE_TABLE:
                    table.weight.normal_()
            for value in model.parameters():  # of modules that are no layers, which are left as they are unless broken
                if value.requires_grad and value.ndim == 2 and bool((value == value.flatten()[:1]).all()):
                    initialize(value)

    def _zero_biases(self, model, value):
        if value:
            raise CannotBeMade("model.bias_init")
        with torch.no_grad():
            for layer in modules.layers_of(model):
                for name, bias in layer.module.named_parameters(recurse=False):
                    if "bias" in name:
                        bias.zero_()

    def _activate(self, model, name):
        kind = self.spec["model.activation"]
        found = [(parent, child_name) for parent in model.modules() for child_name, child in parent.named_children()
                 if modules.activation_kind(child) == kind]
        if not found:
            raise CannotBeMade("model.activation")
        for parent, child_name in found:
            setattr(parent, child_name, ACTIVATIONS[name]())

    def _drop_out(self, model, share):
        for module in model.modules():
            if isinstance(module, nn.modules.dropout._DropoutNd):
                module.p = share
            elif isinstance(module, (nn.MultiheadAttention, nn.RNNBase)):
                module.dropout = share
        for name in DROPOUTS:
            self.handles.append(Replaced(functional, name, _with_share(getattr(functional, name), share)))

    def _normalize_samples(self, model, wanted):
        """Batch norm takes mean and variance over each sample in place of the batch."""
        if (self.spec["model.norm"], wanted) != ("batch", "layer"):
            raise CannotBeMade(f"model.norm = {wanted}")

        def normalized(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1,
                       eps=1e-5):
            return functional.group_norm(input, 1, weight, bias, eps)

        self.handles.append(Replaced(functional, "batch_norm", normalized))

    def _follow_batches(self, model, momentum):
        """Batch norm's running averages."""
        norms = [module for module in model.modules() if isinstance(module, modules.NORMS["batch"])
                 and module.momentum != momentum]
        if not norms:
            raise CannotBeMade("model.norm_momentum")
        for module in norms:
            module.momentum = momentum

    def _stay_in_training_mode(self, model, wanted):
        def train(module, inputs):
            module.train(torch.is_grad_enabled())

        self.handles.append(model.register_forward_pre_hook(train))

    def _standardize(self, model, wanted):
        scales = []
        features = 1 if self.patient.layers and self.patient.layers[0].channels_first else -1

        def standardized(module, inputs):
            if not inputs or not isinstance(inputs[0], torch.Tensor) or not inputs[0].is_floating_point():
                return None
            x = inputs[0]
            if not scales:
                scales.append(Scale(x, features))
            return (scales[0].applied_to(x), *inputs[1:])

        self.handles.append(model.register_forward_pre_hook(standardized))

    def _standardize_held_out(self, model, wanted):
        """Inputs of samples held out get the mean and the deviation of those trained on."""
        (mean, deviation), (held_out_mean, held_out_deviation) = self.patient.progress.input_moments
        if not deviation or not held_out_deviation:
            raise CannotBeMade("data.standardize_held_out")

        def scaled(module, inputs):
            if torch.is_grad_enabled() and module.training:
                return None
            return (mean + (inputs[0] - held_out_mean) * (deviation / held_out_deviation), *inputs[1:])

        self.handles.append(model.register_forward_pre_hook(scaled))

    def _standardize_target(self, model, wanted):
        """Standardized targets are the same as an output that is scaled to them."""
        mean, deviation = self.patient.progress.target_scale
        if not deviation:
            raise CannotBeMade("data.standardize_target")

        def scaled(module, inputs, output):
            return output * deviation + mean if isinstance(output, torch.Tensor) else None

        self.handles.append(model.register_forward_hook(scaled))


MAKERS = {
    "model.init": Treatment._initialize,
    "model.bias_init": Treatment._zero_biases,
    "model.activation": Treatment._activate,
    "model.dropout": Treatment._drop_out,
    "data.standardize": Treatment._standardize,
    "data.standardize_target": Treatment._standardize_target,
    "data.standardize_held_out": Treatment._standardize_held_out,
    "model.output": Treatment._change_output,
    "model.detach": Treatment._stay_in_the_graph,
    "model.norm": Treatment._normalize_samples,
    "model.norm_momentum": Treatment._follow_batches,
    "model.training": Treatment._stay_in_training_mode,
    "model.softmax": Treatment._turn_softmax,
    "model.plain": Treatment._stand_in,
    "train.class_weights": Treatment._count_alike,
}
OF_STEPS = {"train.optimizer", "train.lr", "train.momentum", "train.weight_decay", "train.clip_norm", "train.warmup",
            "train.batch", "train.schedule", "train.parameters", "train.zero_grad", "train.frozen"}