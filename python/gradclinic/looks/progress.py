"""How a training goes: losses and accuracies between surveys, and a sample of its data."""

import collections
import math
import statistics

import torch

from gradclinic.looks.errors import constant_error
from gradclinic.looks.held_out import HeldOut, some_features
from gradclinic.looks.logits import Logits
from gradclinic.looks.places import Places
from gradclinic.looks.targets import MISTAKES
from gradclinic.tensors import plain

NAN = math.nan
SAMPLES = 512         # that a survey's accuracy is taken from
DATA_SAMPLES = 1000   # kept of inputs and targets, each once
ENOUGH = 50           # looks in a row that show no new sample, after which none is expected
HELD_OUT = 500        # samples held out, where the loop has not shown them to the model
OWN = 50              # latest losses that one on samples held out is compared with
SCALES = 9            # batches that the loss's unit is taken from
TARGETS = 8           # of a sample kept, at most, where each is a class; spread evenly
BASE_WINDOW = 10      # steps between surveys, at first
COPIED = 0.25         # of the targets' variance: how far inputs may be from the targets that they are a copy of
BY_CHANCE = 0.1       # share of the batches whose loss may look like one that is known, and be another
BY_CHANCE_SQUARES = 0.5   # likewise like squared errors: any number may be a sum of squares
OUTGROWN = 1e5        # times the rest of a loss


def _marks_of(rows):
    """A number for each sample, the same for equal ones: a sum of its features with weights of their own."""
    weights = torch.cos(torch.arange(1, rows.shape[1] + 1, dtype=torch.float64, device=rows.device).square())
    return [f"{total:.9e}" for total in (rows.double() @ weights).tolist()]


def _moments(tensor):
    """Mean and standard deviation of all entries."""
    entries = tensor.detach()
    entries = entries if entries.dtype in (torch.float32, torch.float64) else entries.float()
    return (float(entries.mean()), float(entries.std(unbiased=False))) if entries.numel() else (0.0, 0.0)


class Progress:
    def __init__(self):
        self.steps = 0
        self.last = NAN
        self.first = NAN
        self.copies = True               # whether the inputs are much like the targets, as far as is known
        self.batch = 0
        self.held_out = 0                # samples that the loop has validated on
        self.target_scale = (0.0, 0.0)   # mean and deviation of a regression's targets
        self.window = BASE_WINDOW
        self.since_survey = 0
        self.input_moments = (0.0, 0.0), (0.0, 0.0)   # mean and deviation of all entries: trained on, held out
        self._held_out = HeldOut()
        self._logits = Logits()
        self._places = Places()
        self._evaluated_at_once = 0
        self._held_out_unit = None
        self._evaluated = 0     # samples since the last step that the model saw without learning from them
        self._scales = []       # of the first batches: smoothed labels have a floor, which tells later
        self._looked = 0        # batches whose targets were looked for
        self._understood = 0    # those whose were found
        self._error = None      # what the loss is the mean of, if not squared errors
        self._penalties = 0.0   # what the losses of these had beside
        self._penalty = 0.0     # of the last one
        self._penalty_before = 0.0   # of the one before
        self.penalized = False       # whether the loss takes something of parameters beside the outputs
        self.accompanied = False     # whether it takes something of these or of further outputs
        self._penalty_known = False  # whether it is that of this step
        self._own = []          # the latest losses without it, since the last look at samples held out
        self._nearer_without = 0.0   # by how much these looks come nearer to them when it is taken from those, too
        self._kinds = collections.Counter()   # of (loss, mistake)
        self._pulls = []        # mean and variance of the targets of those whose outputs were all pulled to the mean
        self._within_samples = 0    # of them those whose were to the mean of the sample's own
        self._losses = []       # of the batches of this step
        self._sum = 0.0         # of the losses since the last survey, without penalties, where these are known
        self._summed = 0        # how many they are
        self._rights = {}       # class -> [seen, right]
        self._seen = 0
        self._inputs, self._targets = [], []
        self._inputs_alone = []
        self._marks = set()     # of the samples kept
        self._nothing_new = 0
        self._kept = 0
        self._described = False
        self._pending = None

    @property
    def loss_kind(self):
        """What the loss is; None where that is not understood."""
        return self._kind[0]

    @property
    def _kind(self):
        kind = max(self._kinds, key=self._kinds.get, default=(None, ""))
        by_chance = BY_CHANCE_SQUARES if kind[0] == "mse" else BY_CHANCE
        return kind if self._kinds[kind] >= by_chance * self._looked else (None, "")

    @property
    def largest_logit(self):
        """By size."""
        return self._logits.largest

    # Losses.

    def loss(self, value):
        self._losses.append(value)
        self.last = sum(self._losses) / len(self._losses)

    def step_done(self):
        if self.steps == 0:
            self.first = self.last
        if self._penalty_known or not self.accompanied:
            self._sum += self.last - self._penalty
            self._summed += 1
        if self._penalty_known and self.accompanied:
            self._own = self._own[1 - OWN:] + [self.last - self._penalty]
        self._penalty_known = False
        self.steps += 1
        self.since_survey += 1
        self._losses = []
        self._evaluated = 0

    def evaluated(self, samples, inputs=None):
        self._evaluated += samples
        self._evaluated_at_once = max(self._evaluated_at_once, samples)
        self._held_out.see(inputs)

    def validated(self, loss, summed):
        """The loop has measured loss and accuracy on samples held out: those that the model was shown since the last step.
        Gives the loss as it compares with those of batches: one that is summed grows with them, and a penalty on the
        weights is no part of it."""
        if summed and self._held_out_unit is None and self._evaluated and loss > 0 and self.last > 0:
            counts = {self.batch, self._evaluated_at_once, self._evaluated}
            self._held_out_unit = min((count / self.batch for count in counts),
                                      key=lambda unit: abs(math.log(loss / unit / self.last)))
        self.held_out = max(self.held_out, self._evaluated or HELD_OUT)
        self._held_out.measured()
        self._evaluated = 0
        loss /= self._held_out_unit or 1.0
        return self._without_penalty(loss)

    def _without_penalty(self, loss):
        """A loss held out without the penalty that losses trained on have, where it has it: where it is nearer to these
        with it than they are without, looks taken together."""
        own, self._own = self._own, []
        penalty = max(0.0, 2 * self._penalty - self._penalty_before)  # the update that came since changed it again
        if not own or not 0 < penalty <= loss:
            return loss
        mean = statistics.fmean(own)
        self._nearer_without += abs(loss - mean) - abs(loss - penalty - mean)
        return loss - penalty if self._nearer_without > 0 else loss

    def survey_due(self, interval):
        """After the first step, then every so many."""
        self.window = BASE_WINDOW * interval
        return self.steps == 1 or self.steps % self.window == 0

    def survey(self):
        """(updates done, loss, accuracy, balanced accuracy) since the last survey; the first is before any update."""
        loss = self._sum / self._summed if self._summed else self.last - self._penalty
        seen = [count for count in self._rights.values() if count[0]]
        accuracy = sum(right for _, right in seen) / sum(count for count, _ in seen) if seen else NAN
        balanced = sum(right / count for count, right in seen) / len(seen) if seen else NAN
        result = (0 if self.steps == 1 else self.steps, loss, accuracy, balanced)
        self._sum, self._summed, self.since_survey, self._seen, self._rights = 0.0, 0, 0, 0, {}
        return result

    # Samples.

    @property
    def wants_samples(self):
        return self._seen < SAMPLES

    @property
    def wants_inputs(self):
        return self._kept < DATA_SAMPLES and self._nothing_new < ENOUGH

    def see_inputs(self, tensor):
        self._pending = None
        if tensor is None or tensor.ndim < 1:
            return
        rows = some_features(tensor)
        amounts = plain(rows) if tensor.is_floating_point() else rows.new_zeros(len(rows), 0, dtype=torch.float32).cpu()
        self._pending = amounts[:DATA_SAMPLES].clone(), _marks_of(rows)

    def see_targets(self, found, output):
        """Counts what is right in a batch; its accuracy."""
        rows = output.shape[0] if output.ndim else 1
        self.batch = max(self.batch, rows)
        self._seen += rows
        self._looked += 1
        self._penalty_known = True
        if found is None:
            self._keep_inputs()
            return NAN
        self._kinds[found.loss, found.mistake] += 1
        self._understood += 1
        # Beside what has grown out of all bounds the rest of a loss is rounding.
        penalty = found.penalty if found.penalty < OUTGROWN * abs(self.last - found.penalty) else 0.0
        self._penalties += penalty
        self._penalty, self._penalty_before = penalty, self._penalty or penalty
        self._error = found.error
        if found.variance is not None:
            self._pulls.append((float(found.values[0].mean()), found.variance))
            self._within_samples += found.within
        if len(self._scales) < SCALES:
            self._scales.append(found.scale)
        if found.loss == "cross_entropy":
            self._logits.see(found, output)
        self._keep(found)
        right = found.right()
        if right is None:
            return NAN
        for target, hit in zip(found.values[:, 0].tolist(), right.reshape(-1).tolist()):
            count = self._rights.setdefault(target, [0, 0])
            count[0] += 1
            count[1] += hit
        return float(right.float().mean())

    def _keep(self, found):
        pending, self._pending = self._pending, None
        if not self.wants_inputs:
            return
        values = found.values
        inputs, marks = pending if pending is not None else (None, [])
        if inputs is None or not marks or values.shape[0] % len(marks):
            inputs = torch.zeros(values.shape[0], 0)
        else:  # of sequences and pictures several targets a sample
            values = values.reshape(len(marks), -1)[:len(inputs)]
        if len(marks) == len(values) == len(inputs):
            fresh = [row for row, mark in enumerate(marks) if mark not in self._marks]
            self._marks.update(marks)
            self._nothing_new = 0 if fresh else self._nothing_new + 1
            values, inputs = values[fresh], inputs[fresh]
        keep = DATA_SAMPLES - self._kept
        values = values[:keep].clone()
        inputs = inputs[:keep]
        if not len(values):
            return
        samples = len(values)
        if found.loss != "mse":
            self._places.see(values)
        if found.loss == "bce" and inputs.shape == values.shape:
            self.copies = float((inputs - values).square().mean()) < COPIED * float(values.var(unbiased=False))
        if found.loss != "mse" and values.shape[1] > TARGETS:
            # Elsewhere in each sample, as a place of its own may always be of one class.
            shifts = 7919 * (self._kept + torch.arange(samples))[:, None]
            places = (torch.arange(TARGETS) * (values.shape[1] // TARGETS) + shifts) % values.shape[1]
            values = values.gather(1, places.to(values.device))
        if found.loss != "mse":
            values = values.reshape(-1, 1)
        if self._inputs and (self._inputs[0].shape[1] != inputs.shape[1]
                             or self._targets[0].shape[1] != values.shape[1]):
            return
        self._inputs.append(inputs)
        self._targets.append(values)
        self._kept += samples

    def _keep_inputs(self):
        """Of a batch whose targets are not known."""
        pending, self._pending = self._pending, None
        if pending is None or self._inputs_alone and self._inputs_alone[0].shape[1] != pending[0].shape[1]:
            return
        inputs = pending[0][:DATA_SAMPLES - sum(map(len, self._inputs_alone))]
        if len(inputs):
            self._inputs_alone.append(inputs)

    def _broadcast_variance(self):
        """Of the targets, where outputs are compared with those of other samples too; NaN where they are not. Constant
        targets with a penalty on top look alike in one batch, but have one mean and a loss on top that changes."""
        if not self._pulls or 2 * len(self._pulls) < self._understood:
            return NAN
        means, variances = torch.tensor(self._pulls, dtype=torch.float64).unbind(1)
        within, between = float(variances.mean()), float(means.var(unbiased=False))
        varied = between > 1e-6 * within
        same = float(variances.max() - variances.min()) <= 1e-3 * within
        return within if between < within and (varied or same) else NAN

    def describe_data(self, run, output_range, activated, more):
        """Hands the sample's facts to the record, once. output_range: the least and the largest that an output can be.
        activated: whether it has passed an activation function. more: facts of the loop and of the model before
        training."""
        if self._described:
            return
        self._described = True
        if not self._kept or self.loss_kind is None:
            inputs = torch.cat(self._inputs_alone).contiguous() if self._inputs_alone else torch.zeros(0, 0)
            run.describe_unknown(abs(self.first) if math.isfinite(self.first) else 1.0, inputs.data_ptr(), *inputs.shape,
                                 float(self.batch * self.steps), float(self.held_out), more)
            return
        inputs = torch.cat(self._inputs).contiguous()
        values = torch.cat(self._targets).contiguous()
        variance = self._broadcast_variance()
        if self.loss_kind == "mse":
            within = variance if variance > 0 else 0.0
            deviation = math.sqrt(within + float(values.var(unbiased=False)))
            self.target_scale = (float(values.mean()), deviation)
            apart = float((inputs - values).square().mean()) if inputs.shape == values.shape else math.inf
            self.copies = apart < COPIED * deviation ** 2
        scale = statistics.median(self._scales)
        if self._error is not None and float(values.var()) > 0:
            scale *= constant_error(values, self._error) / float(values.var(0, unbiased=False).mean())
        out_of_reach = 0.0
        if self.loss_kind == "mse" and math.isnan(variance):
            spread = float(values.var(unbiased=False))
            out_of_reach = float((values - values.clamp(*output_range)).square().mean()) / spread if spread > 0 else 0.0
        self.input_moments = _moments(inputs), self._held_out.moments
        (mean, deviation), (held_out_mean, held_out_deviation) = self.input_moments
        known = deviation > 0 and held_out_deviation > 0
        samples = max(float(self._kept), float(self.batch))
        run.describe_data(self.loss_kind, inputs.data_ptr(), inputs.shape[0], inputs.shape[1], values.data_ptr(),
                          values.shape[0], values.shape[1], samples, float(self.held_out),
                          scale, variance,
                          {"output_out_of_reach": out_of_reach,
                           "output_broadcast_within": float(variance > 0 and 2 * self._within_samples > self._looked),
                           "penalty": self._penalties / self._understood if self.penalized else 0.0,
                           **self._logits.facts(), **self._places.facts(), **more,
                           "output_activated": float(activated and self.loss_kind != "mse"),
                           "held_out_shift": (held_out_mean - mean) / deviation if known else 0.0,
                           "held_out_scale": held_out_deviation / deviation if known else 1.0,
                           "held_out_unlike": self._held_out.unlike(inputs)} |
                          {f"output_{mistake}": float(mistake == self._kind[1]) for mistake in MISTAKES})
        self._inputs, self._targets = [], []
