"""What looks at the tensors of a step and at the gradients that come to them, in Python. The compiled module `hooks`, of
which there need not be one, has the same class for one version of PyTorch; it takes less of the training's time."""

import weakref

import torch

from gradclinic import core

PRE_ACTIVATION, ACTIVATION, PRE_ACTIVATION_GRAD, ACTIVATION_GRAD = (
    core.QUANTITIES[name] for name in ("pre_activation", "activation", "pre_activation_grad", "activation_grad"))


class Eye:
    """Of a lens, which it asks to see copies of what the core cannot read, and tells when a backward pass begins.
    Modules are numbered as in the core's run."""

    def __init__(self, lens, run, modules):
        self.looking = False
        self.queued = False        # whether the end of this backward pass will be told to the lens
        self.last_address = 0
        self._lens, self._run = weakref.ref(lens), run
        self._address = run.address

    def look(self, surveys):
        """The next step is looked at; `surveys`: activations are shown to the lens, too."""
        self.looking, self._surveys = True, surveys
        self.queued = False
        self._last, self._last_output, self.last_address = -1, None, 0
        self._called = set()
        self._arrived = set()
        self._awaited = None

    @property
    def last(self):
        """The module whose output was seen last; -1 once that is freed, as another tensor may have its address then."""
        return self._last if self._last_output is not None and self._last_output() is not None else -1

    def forget_last(self):
        self._last = -1

    def begins(self, module):
        """Whether a module's output is to be seen: the first in this step."""
        if not self.looking or not torch.is_grad_enabled() or module in self._called:
            return False
        self.settle()
        self._called.add(module)
        return True

    def was_called(self, module):
        return module in self._called

    def see_activation(self, module, tensor, channels_first):
        self._see(ACTIVATION, module, tensor, channels_first)
        self._watch_gradient(ACTIVATION_GRAD, module, tensor, channels_first)
        if self._surveys:
            self._lens().survey(module, tensor, channels_first)

    def saw_output(self, module, tensor, channels_first, norm_follows):
        """A layer's own output. Where its norm is known to follow, that one's output will be seen in its place."""
        if norm_follows:
            self._awaited = module, tensor, channels_first
        else:
            self._see(PRE_ACTIVATION, module, tensor, channels_first)
        self._watch_gradient(PRE_ACTIVATION_GRAD, module, tensor, channels_first)
        self._last, self._last_output, self.last_address = module, weakref.ref(tensor), tensor.data_ptr()

    def saw_norm(self, module, tensor, channels_first):
        self._awaited = None
        self.saw_output(module, tensor, channels_first, False)

    def settle(self):
        """The forward pass goes on: an output whose norm has not come is seen."""
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            self._see(PRE_ACTIVATION, *awaited)

    def layer_hook(self, slow, module, channels_first, norm_follows, reads, reads_channels_first):
        """A forward hook that does what `slow` does; here that itself."""
        return slow

    def _see(self, quantity, module, tensor, channels_first):
        if not core.see(self._address, quantity, module, tensor, channels_first):
            self._lens().see_copy(quantity, module, tensor, channels_first)

    def _watch_gradient(self, quantity, module, tensor, channels_first):
        """The first gradient to come is the one nearest to the loss: behind the norm, where there is one."""
        node = tensor.grad_fn
        if node is None:
            return
        which = tensor.output_nr

        def hook(into, out):
            lens = self._lens()
            if not self.looking or lens is None:
                return
            try:
                if not self.queued:
                    self.queued = True
                    lens.backward_begins()
                if out[which] is not None and (quantity, module) not in self._arrived:
                    self._arrived.add((quantity, module))
                    self._see(quantity, module, out[which], channels_first)
            except Exception as error:  # noqa: BLE001
                lens.give_up("gradient_hook", error)

        node.register_hook(hook)
