"""A training in the words of a spec, as far as it can be known from outside."""

import collections
import json
import math

from gradclinic import modules

# Optimizers by the core's names; what has none is told by its nearest kin.
OPTIMIZERS = {"SGD": "sgd", "Adam": "adam", "AdamW": "adamw", "RMSprop": "rmsprop", "NAdam": "adam", "RAdam": "adam",
              "Adamax": "adam", "Adagrad": "rmsprop", "Adadelta": "rmsprop"}


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "0.0"
    return json.dumps(value) if isinstance(value, str) else str(value)


def _commonest(values, otherwise):
    counts = collections.Counter(value for value in values if value)
    return counts.most_common(1)[0][0] if counts else otherwise


def _optimizer(optimizers, rates):
    if not optimizers:
        return {"optimizer": "sgd", "lr": 0.0}
    group = optimizers[0].param_groups[0]
    name = OPTIMIZERS.get(type(optimizers[0]).__name__, "sgd")
    # A spec has none below 0; what comes of them is seen in the record.
    keys = {"lr": max(0.0, float(rates[0])), "weight_decay": max(0.0, float(group.get("weight_decay", 0.0)))}
    if name.startswith("adam") and "betas" in group:
        keys["momentum"] = float(group["betas"][0])
    if name == "sgd" and group.get("momentum"):
        name = "nesterov" if group.get("nesterov") else "momentum"
        keys["momentum"] = float(group["momentum"])
    return {"optimizer": name, **keys}


def _dropout(clinic):
    """The largest share that modules say they drop, or that functions were seen to."""
    seen = clinic.lens.dropout if clinic.lens is not None else 0.0
    return max(float(modules.largest_dropout(clinic.model)), round(seen, 4))


def describe(clinic):
    """The spec as TOML."""
    layers = clinic.layers
    hidden = layers[:-1]
    model = {
        "kind": "outside",
        "layers": " ".join(layer.name.replace(" ", "_") for layer in layers),
        "depth": max(1, len(layers)),
        "width": max([1] + [min(65536, int(layer.weight.shape[0])) for layer in hidden]),
        "activation": _commonest([layer.activation for layer in hidden], "identity"),
        "norm": _commonest([layer.norm for layer in hidden], "none"),
        "residual": clinic.lens is not None and clinic.lens.residual,
        "dropout": min(0.999, _dropout(clinic)),
    }
    train = {
        "loss": clinic.progress.loss_kind or "mse",
        **_optimizer(clinic.optimizers, clinic.rates),
        "batch": clinic.progress.batch,
        "steps": max(1, clinic.progress.steps),
        "clip_norm": clinic.clipped_to,
    }
    lines = [f"name = {_value(clinic.name)}", "seed = 0", "[model]"]
    lines += [f"{key} = {_value(value)}" for key, value in model.items()]
    lines += ["[train]"] + [f"{key} = {_value(value)}" for key, value in train.items()]
    return "\n".join(lines) + "\n"
