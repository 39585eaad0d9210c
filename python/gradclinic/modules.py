"""Which modules of a network are layers, norms and activation functions."""

import math

import torch
from torch import nn
from torch.nn.utils import parametrize

NORMS = {
    "batch": (nn.modules.batchnorm._BatchNorm, nn.modules.instancenorm._InstanceNorm),
    "layer": (nn.LayerNorm, nn.GroupNorm),
}

_NO_LAYERS = NORMS["batch"] + NORMS["layer"] + (parametrize.ParametrizationList,)   # though they have weights

# Activation functions by the core's names; others are measured, but cannot be called dead or saturated.
ACTIVATIONS = {
    nn.ReLU: "relu", nn.ReLU6: "relu", nn.LeakyReLU: "leaky_relu", nn.PReLU: "leaky_relu", nn.RReLU: "leaky_relu",
    nn.ELU: "elu", nn.CELU: "elu", nn.SELU: "selu", nn.GELU: "gelu", nn.SiLU: "silu", nn.Hardswish: "silu",
    nn.Mish: "silu", nn.Sigmoid: "sigmoid", nn.Hardsigmoid: "sigmoid", nn.Tanh: "tanh", nn.Hardtanh: "tanh",
    nn.Softplus: "softplus", nn.Softsign: "identity", nn.LogSigmoid: "identity",
}

# The same by the names of autograd's nodes, for those who call functions.
NODES = {
    "ReluBackward0": "relu", "LeakyReluBackward0": "leaky_relu", "EluBackward0": "elu", "GeluBackward0": "gelu",
    "SiluBackward0": "silu", "SigmoidBackward0": "sigmoid", "TanhBackward0": "tanh", "SoftplusBackward0": "softplus",
    "HardtanhBackward0": "tanh", "HardsigmoidBackward0": "sigmoid", "HardswishBackward0": "silu", "MishBackward0": "silu",
}
# Nodes that pass what an activation function gave on to the next layer.
PASSING = ("MaxPool", "AvgPool", "AdaptiveAvgPool", "Mean", "View", "Reshape", "UnsafeView", "Permute", "Transpose",
           "Squeeze", "Unsqueeze", "NativeDropout", "Clone", "Expand", "Select", "Slice", "TBackward")
# Nodes that make probabilities of logits, and those that only give them another shape.
SQUASHING = {"SoftmaxBackward0": "softmax", "SigmoidBackward0": "sigmoid"}
RANGES = {"SoftmaxBackward0": (0.0, 1.0), "SigmoidBackward0": (0.0, 1.0), "TanhBackward0": (-1.0, 1.0),
          "ReluBackward0": (0.0, math.inf), "HardsigmoidBackward0": (0.0, 1.0), "SoftplusBackward0": (0.0, math.inf),
          "ExpBackward0": (0.0, math.inf), "LogSigmoidBackward0": (-math.inf, 0.0)}
RESHAPING = ("View", "Reshape", "UnsafeView", "Permute", "Transpose", "Squeeze", "Unsqueeze", "TBackward")

CONVOLUTIONS = (nn.modules.conv._ConvNd,)
KNOWN = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)   # of whose weights the first axis is that of units
TABLES = (nn.Embedding, nn.EmbeddingBag)


class Layer:
    """A module with weights of its own, and what has been learned of what stands behind it."""

    def __init__(self, index, name, module, weight):
        self.index = index
        self.name = name
        self.module = module
        self.weight = weight
        self.channels_first = isinstance(module, CONVOLUTIONS)
        self.activation = None
        self.norm = None
        self.reads = None        # the layer whose activation this one's input is
        inner = self.weight[0].numel()
        if isinstance(module, nn.modules.conv._ConvTransposeNd):
            self.inputs, self.outputs = self.weight.shape[0], inner
        else:
            receptive = self.weight[0][0].numel() if self.weight.ndim > 2 else 1
            self.inputs, self.outputs = inner, self.weight.shape[0] * receptive


def bottleneck(layers):
    """The place, from 1, of the first of several layers that sees one unit or channel alone; 0 where none does. layers:
    in the order in which they compute. Of modules of the user's own it is not known what the axes of a weight are."""
    for place, layer in enumerate(layers, 1):
        shape, before = layer.weight.shape, layer.reads
        behind_one = before is not None and isinstance(before.module, KNOWN) and before.weight.shape[0] == 1
        at_the_end = place == len(layers) and isinstance(layer.module, nn.Linear) and shape[1] == 1
        of_pictures = isinstance(layer.module, nn.Conv2d) and shape[0] == shape[1] == 1
        if place > 1 and (behind_one or at_the_end or of_pictures):
            return place
    return 0


def _own_weight(module):
    """The weights that stand for the module: of a recurrent one those from step to step of its last layer; of one whose
    weights are computed (torch.nn.utils.parametrize) what they are computed of."""
    computed = module.parametrizations.named_parameters() if parametrize.is_parametrized(module) else []
    own = [(name, value) for name, value in [*module.named_parameters(recurse=False), *computed]
           if value.ndim >= 2 and not isinstance(value, nn.parameter.UninitializedParameter)]
    if not own:
        return None
    recurrent = [value for name, value in own if "weight_hh" in name]
    if recurrent:
        return recurrent[-1]
    return max((value for _, value in own), key=lambda value: value.numel())


def _holds_layers(module):
    """Whether the module is a block of layers, whose own parameters (positions, tokens) are no layer's weights."""
    return not isinstance(module, nn.MultiheadAttention) and any(
        _own_weight(child) is not None and not isinstance(child, _NO_LAYERS)
        for child in module.modules() if child is not module)


def layers_of(model):
    """The modules with weight matrices, in the order of registration; embeddings and norms are not among them."""
    layers = []
    inside = set()
    for name, module in model.named_modules():
        if isinstance(module, (nn.MultiheadAttention, parametrize.ParametrizationList)):
            inside.update(id(child) for child in module.modules() if child is not module)
        if id(module) in inside or isinstance(module, _NO_LAYERS + TABLES):
            continue
        weight = _own_weight(module)
        if weight is not None and not _holds_layers(module):
            layers.append(Layer(len(layers), name or type(module).__name__, module, weight))
    return layers


def tables_of(model):
    """The embeddings."""
    return [module for module in model.modules() if isinstance(module, TABLES)]


def facts_of_start(model, layers):
    """Of parameters, most of them no layer's weights, before training, by the names of the core's facts."""
    last = layers[-1:]  # whose biases may start at what the classes' shares make them
    of_last = {id(value) for layer in last for value in layer.module.parameters(recurse=False)}
    biases = [float(value.detach().abs().max()) for name, value in model.named_parameters()
              if value.ndim == 1 and "bias" in name and value.numel() and id(value) not in of_last]
    tables = [float(table.weight.detach().float().std()) for table in tables_of(model) if table.weight.numel() > 1]
    hooked = [value for value in model.parameters() if value._backward_hooks]
    return {"bias_largest": max(biases, default=0.0), "table_deviation": max(tables, default=0.0),
            "gradient_hooks": float(len(hooked))}


def norm_kind(module):
    """"batch", "layer" or None."""
    return next((kind for kind, types in NORMS.items() if isinstance(module, types)), None)


def activation_kind(module):
    return ACTIVATIONS.get(type(module))


def activation_before(node, of_layer):
    """Walks back from the node of a layer's input to the activation function that made it: (kind, layer) where one
    function of that layer's output did, else (None, None). `of_layer`: layers by the node of their output."""
    kind = None
    for _ in range(12):
        if node is None:
            return None, None
        if node in of_layer:
            return kind, of_layer[node]
        name = node.name()
        if name in NODES:
            if kind is not None:
                return None, None
            kind = NODES[name]
        elif kind is None and not name.startswith(PASSING):
            return None, None
        elif kind is not None and not name.startswith(("NativeBatchNorm", "CudnnBatchNorm", "NativeLayerNorm",
                                                       "NativeGroupNorm") + PASSING):
            return None, None
        node = next((following for following, _ in node.next_functions if following is not None), None)
    return None, None


def squashing(node):
    """"softmax" or "sigmoid" where an output's node is one, behind changes of shape at most; else None."""
    return SQUASHING.get(_last_function(node))


def is_softmax_of_one(node):
    """Whether an output is a softmax's over an axis of length 1, behind changes of shape at most: always 1."""
    node = _last_node(node)
    if node is None or node.name() != "SoftmaxBackward0":
        return False
    sizes = node._saved_result.shape
    return sizes[node._saved_dim if node._saved_dim < len(sizes) else node._saved_dim - 2**64] == 1


def is_activated(node):
    """Whether an output has passed an activation function, behind changes of shape at most; a sigmoid or softmax is
    none here."""
    node = _last_node(node)
    name = node.name() if node is not None else None
    return name not in SQUASHING and (name in NODES or name in RANGES or name is not None and _is_softsign(node))


def output_range(node):
    """What an output can be, by its node: the least and the largest number."""
    node, factor = _before_scaling(node)
    if node is None or factor == 0:
        return -math.inf, math.inf
    if node.name() == "HardtanhBackward0":  # ReLU6, too
        ends = float(node._saved_min_val), float(node._saved_max_val)
    elif node.name() == "EluBackward0":  # SELU, too
        ends = -float(node._saved_alpha * node._saved_scale), math.inf
    else:
        ends = (-1.0, 1.0) if _is_softsign(node) else RANGES.get(node.name(), (-math.inf, math.inf))
    return tuple(sorted(factor * end for end in ends))


def layer_of_output(node, of_node, layers=()):
    """The layer whose output, times a number and in another shape at most, has this node, and the number; (None, 1.0)
    where it is none's. of_node: layers by the node of their output; layers: those that are known by their weights."""
    node, factor = _before_scaling(node, of_node)
    layer = of_node.get(node) or _multiplied_by(node, layers)
    return (layer, factor) if layer is not None else (None, 1.0)


def _multiplied_by(node, layers):
    """The layer whose weights a matrix product or a convolution takes."""
    if node is None or not node.name().startswith(("Addmm", "Mm", "Convolution")):
        return None
    operands = [before for before, _ in node.next_functions if before is not None]
    operands += [before.next_functions[0][0] for before in operands if before.name().startswith(RESHAPING)]
    taken = {id(each.variable) for each in operands if hasattr(each, "variable")}
    return next((layer for layer in layers if id(layer.weight) in taken), None)


def _before_scaling(node, ends=()):
    """The node before products and quotients with a number and changes of shape, none of those in `ends`; and the
    number."""
    factor = 1.0
    for _ in range(6):
        if node is None or node in ends:
            break
        if node.name() in ("MulBackward0", "DivBackward0"):
            other = node._saved_other
            if not isinstance(other, torch.Tensor) or other.numel() != 1 or other.requires_grad:
                break
            factor = factor * float(other) if node.name() == "MulBackward0" else factor / float(other)
        elif not node.name().startswith(RESHAPING):
            break
        node = next((following for following, _ in node.next_functions if following is not None), None)
    return node, factor


def _is_softsign(node):
    """Whether it is x / (1 + |x|), which functional.softsign computes in these three steps."""
    if node.name() != "DivBackward0" or len(node.next_functions) != 2:
        return False
    given, below = (before for before, _ in node.next_functions)
    if given is None or below is None or below.name() != "AddBackward0":
        return False
    size = below.next_functions[0][0]
    return size is not None and size.name() == "AbsBackward0" and size.next_functions[0][0] is given


def _last_node(node):
    """An output's node, behind changes of shape at most."""
    for _ in range(4):
        if node is None or not node.name().startswith(RESHAPING):
            break
        node = next((following for following, _ in node.next_functions if following is not None), None)
    return node


def _last_function(node):
    node = _last_node(node)
    return node.name() if node is not None else None


def _nodes_before(node, most=4000):
    """The nodes that a node was computed from, itself first, with those right before each."""
    seen, waiting = set(), [node]
    while waiting and len(seen) < most:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        before = [following for following, _ in node.next_functions if following is not None]
        yield node, before
        waiting.extend(before)


def unfit_read(node):
    """The softmax or exponential that gave a layer's input, by its node, behind poolings and changes of shape at most;
    None of any other function, which may well stand between two layers."""
    for _ in range(12):
        if node is None or not node.name().startswith(PASSING):
            break
        node = next((following for following, _ in node.next_functions if following is not None), None)
    return node if node is not None and node.name() in ("SoftmaxBackward0", "ExpBackward0") else None


def has_residuals(node):
    """Whether somewhere a signal is added to what was computed from it."""
    for node, before in _nodes_before(node):
        if node.name().startswith("AddBackward") and len(before) == 2:
            one, other = before
            if _comes_from(one, other) or _comes_from(other, one):
                return True
    return False


def dropout_of(node):
    """The largest share that is dropped, by a module or a function: a product with 0 and 1 / (1 - share) only."""
    share = 0.0
    for node, _ in _nodes_before(node):
        if node.name() != "MulBackward0" or not isinstance(node._saved_other, torch.Tensor):
            continue
        factors = node._saved_other
        kept = float(factors.max()) if factors.numel() > 1 and not factors.is_complex() else 0.0
        if kept > 1 and bool(((factors == 0) | (factors == kept)).all()) and bool((factors == 0).any()):
            share = max(share, 1 - 1 / kept)
    return share


def _comes_from(node, source, most=60):
    """Whether `source` is among the nearest nodes that `node` was computed from."""
    seen, waiting = set(), [node]
    while waiting and len(seen) < most:
        node = waiting.pop(0)
        if node is source:
            return True
        if node in seen:
            continue
        seen.add(node)
        waiting.extend(following for following, _ in node.next_functions if following is not None)
    return False


def largest_dropout(model):
    return max((module.p for module in model.modules() if isinstance(module, nn.modules.dropout._DropoutNd)),
               default=0.0)


def is_lazy(model):
    return any(isinstance(value, nn.parameter.UninitializedParameter) for value in model.parameters())
