#pragma once

#include <span>

#include "gradclinic/data/dataset.h"
#include "gradclinic/net/loss.h"

namespace gradclinic {

/// What can be said of a run's data before any training: of the training part, unless said otherwise. Shares are of
/// samples; a feature or target is a column.
struct DataFacts {
  double samples = 0;
  double held_out = 0;  ///< samples of the validation part
  double features = 0;
  double outputs = 0;                ///< target columns of a regression; 1 for bce, the classes for cross_entropy
  double input_non_finite = 0;       ///< entries that are NaN or Inf; they are left out of the other figures
  double input_rms = 0;              ///< root mean square of all entries
  double input_mean_largest = 0;     ///< largest |mean| of a feature
  double input_deviation_least = 0;  ///< of the features that vary
  double input_deviation_largest = 0;
  double input_constant = 0;       ///< share of features that do not vary
  double target_non_finite = 0;    ///< entries
  double target_mean = 0;          ///< of all entries of a regression
  double target_deviation = 0;     ///< root of the mean variance of a regression's columns
  double target_values = 0;        ///< distinct values, counted up to 1000
  double target_whole = 0;         ///< 1 when every target is a whole number
  double largest_class = 0;        ///< share of the commonest class
  double smallest_class = 0;       ///< share of the rarest class that occurs
  double constant_by_place = 1;    ///< of samples with a class at each of several places: the loss of the best constant
                                   ///< prediction for each place over that of one for all
  double largest_by_place = 0;     ///< the mean share of a place's commonest class; 0: samples have no such places
  double constant_loss = 0;        ///< loss of the best constant prediction: entropy of the classes, or mean variance
  double neighbour_agreement = 0;  ///< see below
  double neighbour_chance = 0;     ///< what the agreement would be if targets had nothing to do with inputs
  double neighbour_uncertainty = 0;  ///< standard deviation of the agreement in that case
  double output_probabilities = 0;   ///< 1 when a network from outside gives its loss probabilities in place of logits
  double output_unnormalized = 0;    ///< 1 when it gives its loss no log-probabilities where that takes them
  double output_misplaced = 0;       ///< 1 when its loss takes a softmax along another axis than the classes
  double output_negated = 0;         ///< 1 when its loss has the sign turned
  double output_broadcast = 0;       ///< 1 when its loss compares every output of a batch with every target of it
  double broadcast_in_loss = 0;      ///< 1 when it does so behind functions of its own, whatever shape outputs have
  double output_broadcast_within = 0;  ///< 1 when it compares every output of a sample with every target of it
  /// Of a regression: the least mean squared error that the range of its output's last function leaves, over the
  /// targets' variance.
  double output_out_of_reach = 0;
  double output_activated = 0;        ///< 1 when what its loss takes for logits has passed an activation function
  double output_of_layer = 1;         ///< 1 when its output is a layer's, times a number at most, which nothing bounds
  double output_factor = 1;           ///< the number
  double output_largest = 0;          ///< the largest of its logits by size, over all batches
  double samples_ignored = 0;         ///< share of samples that send no gradient, where no sample is of some class
  double weighted_largest_class = 0;  ///< the largest share of what its loss counts, by its weights, that one class has
  double penalty = 0;                 ///< what its loss has beside that of the predictions, mean over the batches
  double other_loss = 0;              ///< 1 when it learns classes by a loss that is not the cross-entropy
  double errors_of_yes_and_no = 0;    ///< 1 when it learns which of several hold, 0 or 1 each, by squared errors
  double hinge_of_amounts = 0;        ///< 1 when its loss is one of margins, of targets that are not -1 and 1
  double entropy_of_amounts = 0;      ///< 1 when its loss is the binary cross-entropy of targets beyond 0 and 1
  double poisson_of_negative = 0;     ///< 1 when its loss is that of counts, and targets are below 0
  double relative_to_nothing = 0;     ///< 1 when its loss is the error over the target, and some are next to 0
  double divergence_of_logits = 0;    ///< 1 when its loss takes logarithms of shares, and its outputs are none
  double classes_of_amounts = 0;      ///< 1 when its loss is a cross-entropy over classes whose targets are amounts
  double logarithm_of_cut = 0;        ///< 1 when its loss takes logarithms of outputs, many of which it cuts off before
  double numbers_for_classes = 0;  ///< 1 when each of its several outputs is asked for the number of the sample's class
  double classes_of_all = 0;       ///< 1 when each sample is asked for the classes of all samples of its batch
  double loss_summed = 0;          ///< 1 when its loss is a sum over the batch, not the mean
  double pulled_alike = 0;         ///< share of its batches in which the loss pulled all outputs alike, each otherwise
  double without_graph = 0;        ///< share of its layers that it calls only where gradients are off
  double held_out_shift = 0;       ///< how far the mean of inputs held out is from that of its own, in deviations
  double held_out_scale = 1;       ///< standard deviation of inputs held out over that of its own
  double held_out_unlike = 0;  ///< how far the means of the single features held out are from its own, in deviations
  /// Distance of its outputs by batch norm's running averages from those by the batch's own figures, after training,
  /// over the outputs' deviation.
  double norm_gap = 0;
  double gradients_kept = 0;   ///< share of its updates whose gradients were added to those of updates before
  double evaluation_mode = 0;  ///< share of its steps taken in evaluation mode
  double samples_mixed = 0;  ///< 1 when its output for a sample depends on the others of the batch, in evaluation mode
  double evaluation_noise = 0;   ///< share of its outputs' variance over samples that is chance, in evaluation mode
  double softmax_elsewhere = 0;  ///< 1 when one of its softmax functions runs along another axis than the last
  double softmax_of_one = 0;     ///< 1 when its output, or its loss, is a softmax over an axis of length 1
  double unfit_between = 0;      ///< share of its layers whose input is what a softmax or an exponential gave
  double policy_gradient = 0;    ///< 1 when its loss is the log-probability of actions taken, times advantages
  double alternating = 0;        ///< 1 when its optimizers take turns, each after a backward pass of its own
  double inputs_ignored = 0;     ///< share of its inputs that vary and that no output depends on
  double output_constant = 0;    ///< 1 when it gives different samples the same output, in evaluation mode
  double affine = 0;             ///< 1 when its output for the mean of two samples is the mean of the two outputs
  /// By how much the slope of its outputs along a layer's weights differs from what their gradient says, over the
  /// slope: the largest of all layers; the last layer, from 1, of which that is more than a hundredth (0: none); 1 when
  /// it is not once nothing is detached.
  double gradient_gap = 0;
  double gradient_gap_layer = 0;
  double gradient_cut = 0;
  double bottleneck = 0;         ///< its first layer, from 1, that sees one unit or channel alone; 0: none
  double weight_growth = 0;      ///< its weight decay with the sign turned: above 0 it lets weights grow
  double epsilon_outweighs = 0;  ///< share of its updates whose gradients are smaller than its optimizer's epsilon
  double ascent = 0;  ///< cosine between its first updates and the gradients before them; below 0: down the gradient
  double gradient_turned = 0;  ///< 1 when its last bias gets the outputs' gradient with its sign turned; -1: as it is
  double gradient_hooks = 0;   ///< parameters with a hook of the user's own on their gradient
  double bias_largest = 0;     ///< its largest bias before training, by size
  double table_deviation = 0;  ///< the largest standard deviation of an embedding before training
  double batch_variety = 1;    ///< how much its targets vary within a batch, over how much in all; 1: drawn at random
};

/// A fact's name, as its column "data.<name>" is called, and where it is kept.
struct NamedFact {
  const char* name;
  double DataFacts::*value;
};
std::span<const NamedFact> data_fact_names();

/// Reads the facts; `loss` tells which prediction is best when constant.
/// Agreement of neighbours, on at most 600 samples spread evenly: for each sample its nearest other one (Euclidean,
/// each feature divided by its deviation); the share of pairs of one class, or the correlation of their targets (Cover
/// & Hart 1967, Nearest neighbor pattern classification). Near chance, targets cannot be told from close inputs.
DataFacts describe_data(const Split& data, const Loss& loss);

/// Says of inputs (samples x features) what can be said without their targets, in place of what was.
void replace_inputs(DataFacts& facts, const Tensor<float>& inputs);

/// Takes back what is said of inputs that are no amounts (words, indices): they have no scale. NaN from then on.
void forget_inputs(DataFacts& facts);

/// Of a regression whose targets are known by the means of their batches, which the facts were read off, and by their
/// variance in a batch: its loss is broadcast. What hangs on single targets is NaN from then on.
void keep_only_moments(DataFacts& facts, double variance);

}  // namespace gradclinic
