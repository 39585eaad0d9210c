"""Changes to a model, made once, before the first step."""

import functools
import math

import torch
from torch import nn
from torch.nn import functional

from gradclinic import calls, modules
from gradclinic.looks.class_weights import count_alike
from gradclinic.looks.other_loss import pulled_up
from gradclinic.looks.softmax import along_last_axis, rectified
from gradclinic.replaced import Replaced, Undo, kept_in_the_graph, while_computing
from gradclinic.trials import CannotBeMade, derived, last_activation, outputs, plain_attention, plain_network
from gradclinic.trials.scale import Scale
from gradclinic.trials.stand_in import stand_in

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

STRETCHED = 16.0    # the largest logit by size that bounded ones are made into

TINY = 1e-6           # share, of which the logarithm is taken

DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d")


def _with_share(drop_out, share):
    """The function, whatever share it is called with."""
    def dropped(input, p=0.5, training=True, inplace=False):
        return drop_out(input, share, training, inplace)
    return functools.wraps(drop_out)(dropped)


def _change_output(treatment, model, wanted):
    if wanted == "linear":
        treatment.handles += last_activation.left_out(model)
        return
    if wanted in ("stretched", "unscaled"):
        factor = (STRETCHED / treatment.patient.progress.largest_logit if wanted == "stretched"
                  else 1 / treatment.patient.lens.output_factor)
        treatment.handles.append(calls.after(model, lambda module, inputs, output: factor * output))
        return
    change = outputs.CHANGES.get(wanted)
    if change is None:
        raise CannotBeMade(f"model.output = {wanted}")

    def changed(module, inputs, output):
        if not isinstance(output, torch.Tensor) or not output.ndim:
            raise CannotBeMade("model.output")
        return change(output, treatment.patient.lens.squashing)

    treatment.handles.append(calls.after(model, changed))


def _stay_in_the_graph(treatment, model, wanted):
    """Nothing is detached, and gradients stay on, while the model computes an output that takes them."""
    def replace():
        return kept_in_the_graph() if torch.is_grad_enabled() else []

    treatment.handles += while_computing(model, replace)


def _derive(treatment, model, wanted):
    treatment.handles += derived.functions()


def _leave_gradients_alone(treatment, model, wanted):
    """Without the user's own hooks on parameters."""
    for value in model.parameters():
        hooks = value._backward_hooks
        if hooks:
            kept = dict(hooks)
            hooks.clear()
            treatment.handles.append(Undo(functools.partial(hooks.update, kept)))


PLAIN = {True: (plain_network.network_for, plain_network.RATE),
         "attention": (plain_attention.attention_for, plain_attention.RATE)}


def _stand_in(treatment, model, wanted):
    of = treatment.patient
    if len(treatment.optimizers) != 1 or not of.reach.itself:
        raise CannotBeMade("model.plain")
    build, rate = PLAIN[wanted]
    alone = not of.progress.accompanied and math.isnan(of.lens.loss_of_output)
    treatment.handles += stand_in(model, treatment.optimizers[0], build, of.reach, rate, of.lens.squashing,
                                  of.progress.target_scale, of.progress.copies, alone)


def _count_alike(treatment, model, wanted):
    loss = treatment.patient.progress.loss_kind
    if wanted != "equal" or loss not in ("cross_entropy", "bce"):
        raise CannotBeMade("train.class_weights")
    treatment.handles.append(count_alike(model, loss))


def _learn_by_entropy(treatment, model, wanted):
    """In place of the gradient of the loop's loss comes that of the cross-entropy, for the classes that it pulls up, or
    of the binary one, for those that its mean squared error takes as 0 and 1."""
    if wanted == "bce":
        treatment.handles.append(calls.after(model, _shown_probabilities))
        return
    if wanted != "cross_entropy":
        raise CannotBeMade(f"train.loss = {wanted}")
    if treatment.patient.other_loss.is_absolute:
        treatment.handles.append(calls.after(model, _shown_shares))
        return
    shares = treatment.patient.lens.squashing == "softmax"

    def of_cross_entropy(output, gradient):
        found = pulled_up(output, gradient)
        if found is None:
            return gradient
        axis, classes = found
        rows = output.movedim(axis, -1)
        with torch.enable_grad():
            logits = rows.reshape(-1, rows.shape[-1]).requires_grad_()
            logarithms = logits.clamp_min(TINY).log() if shares else logits
            functional.cross_entropy(logarithms, classes).backward()
        return logits.grad.reshape(rows.shape).movedim(-1, axis)

    def hook(module, inputs, output):
        if torch.is_grad_enabled() and isinstance(output, torch.Tensor) and output.requires_grad:
            values = output.detach().clone()
            output.register_hook(lambda gradient: of_cross_entropy(values, gradient))

    treatment.handles.append(calls.after(model, hook))


def _shown_probabilities(module, inputs, output):
    """The loss is shown probabilities, of which it asks for 0 or 1; the outputs get the binary cross-entropy's gradient
    for that."""
    if not torch.is_grad_enabled() or not output.requires_grad:
        return output
    shown, asked, count = output.sigmoid(), [], output.numel()
    probabilities = shown.detach()
    shown.register_hook(lambda gradient: asked.append((probabilities - gradient * (count / 2)).round().clamp(0, 1)))
    output.register_hook(lambda gradient: (probabilities - asked.pop()) / count)
    return shown


def _shown_shares(module, inputs, output):
    """The loss is shown shares of classes, of which it pulls up one; the outputs get the cross-entropy's gradient for
    that."""
    shares = output.softmax(1)
    if torch.is_grad_enabled() and output.requires_grad:
        values, pulled = output.detach().clone(), []
        shares.register_hook(lambda gradient: pulled.append(gradient.argmin(1)))

        def of_cross_entropy(gradient):
            with torch.enable_grad():
                logits = values.requires_grad_()
                functional.cross_entropy(logits, pulled.pop()).backward()
            return logits.grad

        output.register_hook(of_cross_entropy)
    return shares


def _turn_softmax(treatment, model, wanted):
    treatment.handles += rectified(model) if wanted == "relu" else while_computing(model, along_last_axis)


def _initialize(treatment, model, name):
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


def _break_symmetry(treatment, model, wanted):
    """Weights whose entries are all the same are drawn; all others stay as they are."""
    alike = [value for value in model.parameters() if value.requires_grad and value.ndim >= 2 and value.numel() > 1
             and bool((value == value.flatten()[0]).all())]
    if not alike:
        raise CannotBeMade("model.symmetry")
    with torch.no_grad():
        for value in alike:
            nn.init.xavier_uniform_(value)


def _zero_biases(treatment, model, value):
    """Those of layers and of norms."""
    if value:
        raise CannotBeMade("model.bias_init")
    biased = [layer.module for layer in modules.layers_of(model)]
    biased += [module for module in model.modules() if modules.norm_kind(module)]
    with torch.no_grad():
        for module in biased:
            for name, bias in module.named_parameters(recurse=False):
                if "bias" in name:
                    bias.zero_()


def _activate(treatment, model, name):
    kind = treatment.spec["model.activation"]
    found = [(parent, child_name) for parent in model.modules() for child_name, child in parent.named_children()
             if modules.activation_kind(child) == kind]
    if not found:
        raise CannotBeMade("model.activation")
    for parent, child_name in found:
        setattr(parent, child_name, ACTIVATIONS[name]())


def _drop_out(treatment, model, share):
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.p = share
        elif isinstance(module, (nn.MultiheadAttention, nn.RNNBase)):
            module.dropout = share
    for name in DROPOUTS:
        treatment.handles.append(Replaced(functional, name, _with_share(getattr(functional, name), share)))


def _normalize_samples(treatment, model, wanted):
    """Batch norm takes mean and variance over each sample in place of the batch."""
    if (treatment.spec["model.norm"], wanted) != ("batch", "layer"):
        raise CannotBeMade(f"model.norm = {wanted}")

    def normalized(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1,
                   eps=1e-5):
        return functional.group_norm(input, 1, weight, bias, eps)

    treatment.handles.append(Replaced(functional, "batch_norm", normalized))


def _follow_batches(treatment, model, momentum):
    """Batch norm's running averages."""
    norms = [module for module in model.modules() if isinstance(module, modules.NORMS["batch"])
             and module.momentum != momentum]
    if not norms:
        raise CannotBeMade("model.norm_momentum")
    for module in norms:
        module.momentum = momentum


def _stay_in_training_mode(treatment, model, wanted):
    def train(module, inputs):
        module.train(torch.is_grad_enabled())

    treatment.handles.append(calls.before(model, train))


def _standardize(treatment, model, wanted):
    scales = []
    features = 1 if treatment.patient.layers and treatment.patient.layers[0].channels_first else -1

    def standardized(module, inputs):
        if not inputs or not isinstance(inputs[0], torch.Tensor) or not inputs[0].is_floating_point():
            return None
        x = inputs[0]
        if not scales:
            scales.append(Scale(x, features))
        return (scales[0].applied_to(x), *inputs[1:])

    treatment.handles.append(calls.before(model, standardized))


def _standardize_held_out(treatment, model, wanted):
    """Inputs of samples held out get the mean and the deviation of those trained on."""
    (mean, deviation), (held_out_mean, held_out_deviation) = treatment.patient.progress.input_moments
    if not deviation or not held_out_deviation:
        raise CannotBeMade("data.standardize_held_out")

    def scaled(module, inputs):
        if torch.is_grad_enabled() and module.training:
            return None
        return (mean + (inputs[0] - held_out_mean) * (deviation / held_out_deviation), *inputs[1:])

    treatment.handles.append(calls.before(model, scaled))


def _standardize_target(treatment, model, wanted):
    """Standardized targets are the same as an output that is scaled to them."""
    mean, deviation = treatment.patient.progress.target_scale
    if not deviation:
        raise CannotBeMade("data.standardize_target")

    def scaled(module, inputs, output):
        return output * deviation + mean if isinstance(output, torch.Tensor) else None

    treatment.handles.append(calls.after(model, scaled))


MAKERS = {
    "model.init": _initialize,
    "model.bias_init": _zero_biases,
    "model.symmetry": _break_symmetry,
    "model.activation": _activate,
    "model.dropout": _drop_out,
    "data.standardize": _standardize,
    "data.standardize_target": _standardize_target,
    "data.standardize_held_out": _standardize_held_out,
    "model.output": _change_output,
    "model.detach": _stay_in_the_graph,
    "model.backward": _derive,
    "model.norm": _normalize_samples,
    "model.norm_momentum": _follow_batches,
    "model.training": _stay_in_training_mode,
    "model.softmax": _turn_softmax,
    "model.plain": _stand_in,
    "train.class_weights": _count_alike,
    "train.loss": _learn_by_entropy,
    "train.hooks": _leave_gradients_alone,
}
