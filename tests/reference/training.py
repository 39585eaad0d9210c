"""Trains the network of one spec as the engine promises to, with torch.optim, and reports all that can be compared."""
import tomllib

import torch
from torch import nn
from torch.optim import lr_scheduler

import network

BATCH_STREAM, DROPOUT_STREAM = 1_000_003, 2_000_003  # added to the seed, as the engine does

DATA = {"set": "noise", "samples": 500, "features": 10, "outputs": 1, "classes": 2}
MODEL = {"depth": 4, "width": 50, "activation": "relu", "init": "torch", "init_std": 0.01, "init_gain": 1.0,
         "init_value": 0.0, "bias_init": 0.0, "norm": "none", "residual": False, "dropout": 0.0}
TRAIN = {"loss": "mse", "optimizer": "sgd", "lr": 0.01, "momentum": 0.9, "weight_decay": 0.0, "batch": 0, "steps": 0,
         "clip_norm": 0.0, "clip_value": 0.0, "warmup": 0, "schedule": "constant", "step_every": 0,
         "step_factor": 0.1}


def known(section, defaults, given):
    unknown = given.keys() - defaults.keys()
    if unknown:
        raise ValueError(f"[{section}] {sorted(unknown)}: the reference does not know this")
    return {**defaults, **given}


def noise(data, loss):
    inputs = torch.randn(data["samples"], data["features"])
    if loss == "mse":
        return inputs, torch.randn(data["samples"], data["outputs"]), data["outputs"]
    labels = torch.randint(data["classes"], (data["samples"], 1))
    if loss == "bce":
        return inputs, labels.float(), 1
    return inputs, labels[:, 0], data["classes"]


def optimizer_of(train, parameters):
    lr, decay, momentum = train["lr"], train["weight_decay"], train["momentum"]
    return {
        "sgd": lambda: torch.optim.SGD(parameters, lr, weight_decay=decay),
        "momentum": lambda: torch.optim.SGD(parameters, lr, momentum, weight_decay=decay),
        "nesterov": lambda: torch.optim.SGD(parameters, lr, momentum, weight_decay=decay, nesterov=True),
        "adam": lambda: torch.optim.Adam(parameters, lr, weight_decay=decay),
        "adamw": lambda: torch.optim.AdamW(parameters, lr, weight_decay=decay),
        "rmsprop": lambda: torch.optim.RMSprop(parameters, lr, weight_decay=decay),
    }[train["optimizer"]]()


def scheduler_of(train, optimizer):
    warmup = train["warmup"]
    main = {
        "constant": lambda: lr_scheduler.ConstantLR(optimizer, factor=1.0),
        "step": lambda: lr_scheduler.StepLR(optimizer, train["step_every"], train["step_factor"]),
        "cosine": lambda: lr_scheduler.CosineAnnealingLR(optimizer, train["steps"] - warmup),
    }[train["schedule"]]
    if warmup < 2:
        return main()
    rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    return lr_scheduler.SequentialLR(optimizer, [rise, main()], milestones=[warmup])


def batches(samples, batch, seed):
    """Indices, batch after batch, for ever; None is the full batch in its own order."""
    generator = torch.Generator().manual_seed((seed + BATCH_STREAM) % 2**64)
    while True:
        if batch in (0, samples) or batch > samples:
            yield slice(None)
        else:
            yield from torch.randperm(samples, generator=generator).split(batch)


def accuracy_of(loss, outputs, targets):
    if loss == "mse":
        return None
    guess = (outputs > 0).float() if loss == "bce" else outputs.argmax(1)
    return (guess == targets).double().mean().item()


def norm_of(gradients):
    return torch.stack([g.double().norm() for g in gradients]).norm().item()


def per_layer(net, before):
    """L2 norms of what a tap sees, layer by layer; `before` holds the weights before the update."""
    blocks = net.blocks
    hidden = blocks[:-1]
    return {
        "weight": [b.linear.weight.norm().item() for b in blocks],
        "weight_grad": [b.raw_gradient for b in blocks],
        "update": [(b.linear.weight - old).norm().item() for b, old in zip(blocks, before)],
        "pre_activation": [b.seen["pre_activation"].norm().item() for b in blocks],
        "pre_activation_grad": [b.seen["pre_activation"].grad.norm().item() for b in blocks],
        "activation": [b.seen["activation"].norm().item() for b in hidden],
        "activation_grad": [b.seen["activation"].grad.norm().item() for b in hidden],
    }


def train(run):
    spec = tomllib.loads(run["spec"])
    data, model = known("data", DATA, spec.get("data", {})), known("model", MODEL, spec.get("model", {}))
    how, seed = known("train", TRAIN, spec.get("train", {})), spec["seed"]
    precision, steps = run.get("precision", "float"), how["steps"]

    torch.manual_seed(seed)
    inputs, targets, outputs = noise(data, how["loss"])
    net = network.Network(model, data["features"], outputs)
    network.initialize(net, model)
    net, inputs = network.in_precision(net, precision), network.in_precision(inputs, precision)
    if how["loss"] != "cross_entropy":
        targets = network.in_precision(targets, precision)
    torch.manual_seed((seed + DROPOUT_STREAM) % 2**64)
    if model["init"] == "lsuv":
        with torch.no_grad():
            net(inputs[next(batches(len(inputs), how["batch"], seed))], scale_outputs=True)
        for block in net.blocks:
            if isinstance(block.norm, nn.BatchNorm1d):
                block.norm.reset_running_stats()

    criterion = {"mse": nn.MSELoss, "bce": nn.BCEWithLogitsLoss, "cross_entropy": nn.CrossEntropyLoss}[how["loss"]]()
    optimizer = optimizer_of(how, net.parameters())
    scheduler = scheduler_of(how, optimizer)
    result = {"initial": flat(net), "losses": [], "accuracies": [], "rates": [], "norms": [], "clipped_norms": []}
    deal = batches(len(inputs), how["batch"], seed)
    for step in range(steps):
        chosen = next(deal)
        x, y = inputs[chosen], targets[chosen]
        optimizer.zero_grad()
        predicted = net(x)
        for block in net.blocks:
            for tensor in block.seen.values():
                tensor.retain_grad()
        loss = criterion(predicted, y)
        loss.backward()
        gradients = [p.grad for p in net.parameters()]
        result["losses"].append(loss.item())
        result["accuracies"].append(accuracy_of(how["loss"], predicted, y))
        result["norms"].append(norm_of(gradients))
        result["rates"].append(optimizer.param_groups[0]["lr"])
        before = [block.linear.weight.detach().clone() for block in net.blocks]
        for block in net.blocks:
            block.raw_gradient = block.linear.weight.grad.norm().item()
        if how["clip_value"] > 0:
            nn.utils.clip_grad_value_(net.parameters(), how["clip_value"])
        if how["clip_norm"] > 0:
            nn.utils.clip_grad_norm_(net.parameters(), how["clip_norm"])
        result["clipped_norms"].append(norm_of(gradients))
        optimizer.step()
        scheduler.step()
        if step in (0, steps - 1):
            result["first" if step == 0 else "last"] = per_layer(net, before)
    result["final"] = flat(net)
    with torch.no_grad():
        result["evaluation"] = net.eval()(inputs).flatten().tolist()
    return result


def flat(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()]).tolist()
