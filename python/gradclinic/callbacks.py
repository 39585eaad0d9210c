"""The clinic for trainers that own the loop. Duck-typed: neither PyTorch Lightning nor Transformers is imported."""

from gradclinic.clinic import watch


class _Callback:
    """Any method of a trainer's interface that is not defined here does nothing."""

    def __init__(self, report=None, **options):
        self.report = report      # a page to write at the end
        self.options = options    # of watch()
        self.clinic = None

    def __getattr__(self, name):
        if name.startswith(("on_", "setup", "teardown")):
            return lambda *args, **kwargs: None
        raise AttributeError(name)

    @property
    def state_key(self):
        return type(self).__qualname__

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass

    def diagnosis(self):
        return self.clinic.diagnosis()

    def _begin(self, model, optimizer):
        self.clinic = watch(model, optimizer, **self.options)

    def _end(self, status):
        if self.clinic is None:
            return
        self.clinic.close(status)
        if self.report:
            self.clinic.report(self.report)


class LightningCallback(_Callback):
    """Trainer(callbacks=[gradclinic.LightningCallback(report="report.html")])"""

    def on_train_start(self, trainer, module):
        self._begin(module, list(trainer.optimizers))

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_index, *_):
        loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
        if self.clinic is not None and loss is not None:
            self.clinic.step(loss)

    def on_validation_end(self, trainer, module):
        loss = trainer.callback_metrics.get("val_loss")
        if self.clinic is not None and loss is not None and not getattr(trainer, "sanity_checking", False):
            accuracy = trainer.callback_metrics.get("val_acc", trainer.callback_metrics.get("val_accuracy"))
            self.clinic.validation(loss, *([] if accuracy is None else [accuracy]))

    def on_train_end(self, trainer, module):
        self._end("finished")

    def on_exception(self, trainer, module, exception):
        self._end("interrupted")


class TransformersCallback(_Callback):
    """Trainer(..., callbacks=[gradclinic.TransformersCallback(report="report.html")])

    The loss of each step is read off the model's own output.
    """

    def on_train_begin(self, args, state, control, model=None, optimizer=None, **_):
        self._begin(model, optimizer)

    def on_step_end(self, args, state, control, **_):
        if self.clinic is not None:
            self.clinic.step(self.clinic.lens.loss_of_output)

    def on_substep_end(self, args, state, control, **_):
        self.on_step_end(args, state, control)

    def on_evaluate(self, args, state, control, metrics=None, **_):
        if self.clinic is not None and metrics and "eval_loss" in metrics:
            accuracy = metrics.get("eval_accuracy")
            self.clinic.validation(metrics["eval_loss"], *([] if accuracy is None else [accuracy]))

    def on_train_end(self, args, state, control, **_):
        self._end("finished")
