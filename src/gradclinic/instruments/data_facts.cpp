#include "gradclinic/instruments/data_facts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <vector>

#include "gradclinic/tensor/eigen.h"

namespace gradclinic {
namespace {

struct Column {
  double mean = 0;
  double deviation = 0;
};

/// Mean and population deviation of a column's finite entries.
Column column_of(const Tensor<float>& values, Index column) {
  double sum = 0, squares = 0, count = 0;
  for (Index i = 0; i < values.rows; ++i) {
    const double value = values.view()(i, column);
    if (std::isfinite(value)) sum += value, ++count;
  }
  if (count == 0) return {};
  const double mean = sum / count;
  for (Index i = 0; i < values.rows; ++i) {
    const double value = values.view()(i, column);
    if (std::isfinite(value)) squares += (value - mean) * (value - mean);
  }
  return {mean, std::sqrt(squares / count)};
}

double count_non_finite(const Tensor<float>& values) {
  return static_cast<double>(std::ranges::count_if(values.values, [](float value) { return !std::isfinite(value); }));
}

std::vector<Column> describe_inputs(const Tensor<float>& inputs, DataFacts& facts) {
  std::vector<Column> columns;
  double squares = 0, constant = 0;
  facts.input_deviation_least = std::numeric_limits<double>::infinity();
  for (Index feature = 0; feature < inputs.columns; ++feature) {
    const Column column = column_of(inputs, feature);
    columns.push_back(column);
    squares += column.mean * column.mean + column.deviation * column.deviation;
    facts.input_mean_largest = std::max(facts.input_mean_largest, std::abs(column.mean));
    facts.input_deviation_largest = std::max(facts.input_deviation_largest, column.deviation);
    if (column.deviation > 0)
      facts.input_deviation_least = std::min(facts.input_deviation_least, column.deviation);
    else
      ++constant;
  }
  facts.input_rms = std::sqrt(squares / std::max(1.0, facts.features));
  facts.input_constant = constant / std::max(1.0, facts.features);
  facts.input_deviation_least = std::min(facts.input_deviation_least, facts.input_deviation_largest);
  return columns;
}

void describe_classes(const Tensor<float>& targets, DataFacts& facts) {
  std::map<float, double> counts;
  for (float target : targets.values) ++counts[target];
  facts.smallest_class = 1;
  for (const auto& [target, count] : counts) {
    const double share = count / facts.samples;
    facts.largest_class = std::max(facts.largest_class, share);
    facts.smallest_class = std::min(facts.smallest_class, share);
    facts.constant_loss -= share * std::log(share);
    facts.neighbour_chance += share * share;
  }
}

void describe_values(const Tensor<float>& targets, DataFacts& facts) {
  for (Index output = 0; output < targets.columns; ++output) {
    const Column column = column_of(targets, output);
    facts.target_mean += column.mean / facts.outputs;
    facts.constant_loss += column.deviation * column.deviation / facts.outputs;
  }
  facts.target_deviation = std::sqrt(facts.constant_loss);
}

/// Where each of the picked samples' nearest neighbour among them is.
std::vector<Index> nearest(const Dataset& data, const std::vector<Column>& columns, const std::vector<Index>& picked) {
  const auto count = static_cast<Index>(picked.size());
  RowMajorMatrix<float> scaled(count, data.features());
  for (Index i = 0; i < count; ++i)
    for (Index feature = 0; feature < data.features(); ++feature) {
      const Column& column = columns[static_cast<std::size_t>(feature)];
      const float value = data.inputs.view()(picked[static_cast<std::size_t>(i)], feature);
      scaled(i, feature) = column.deviation > 0 && std::isfinite(value)
                               ? static_cast<float>((value - column.mean) / column.deviation)
                               : 0.0F;
    }
  const RowMajorMatrix<float> products = scaled * scaled.transpose();
  std::vector<Index> neighbours(picked.size());
  for (Index i = 0; i < count; ++i) {
    float least = std::numeric_limits<float>::infinity();
    for (Index j = 0; j < count; ++j) {
      const float distance = products(j, j) - 2 * products(i, j);  // plus |x_i|^2, the same for every j
      if (j != i && distance < least) least = distance, neighbours[static_cast<std::size_t>(i)] = j;
    }
  }
  return neighbours;
}

void compare_neighbours(const Dataset& data, const std::vector<Column>& columns, DataFacts& facts) {
  constexpr Index kMost = 600;
  const Index count = std::min(kMost, data.samples());
  if (count < 2) return;
  std::vector<Index> picked;
  for (Index i = 0; i < count; ++i) picked.push_back(i * data.samples() / count);
  const std::vector<Index> neighbours = nearest(data, columns, picked);
  std::vector<double> means;
  for (Index output = 0; output < data.targets.columns; ++output) means.push_back(column_of(data.targets, output).mean);
  double agreement = 0, products = 0, squares = 0;
  for (std::size_t i = 0; i < picked.size(); ++i) {
    const float* own = data.targets.view().row(picked[i]);
    const float* other = data.targets.view().row(picked[static_cast<std::size_t>(neighbours[i])]);
    if (data.task == Task::classification) {
      agreement += *own == *other ? 1 : 0;
      continue;
    }
    for (Index output = 0; output < data.targets.columns; ++output) {
      const double mean = means[static_cast<std::size_t>(output)];
      products += (own[output] - mean) * (other[output] - mean);
      squares += (own[output] - mean) * (own[output] - mean);
    }
  }
  const auto pairs = static_cast<double>(count);
  const double chance = facts.neighbour_chance;
  if (data.task == Task::classification) {
    facts.neighbour_agreement = agreement / pairs;
    facts.neighbour_uncertainty = std::sqrt(chance * (1 - chance) / pairs);
  } else {
    facts.neighbour_agreement = squares > 0 ? products / squares : 0;
    facts.neighbour_uncertainty = 1 / std::sqrt(pairs);
  }
}

}  // namespace

DataFacts describe_data(const Split& data, const Loss& loss) {
  const Dataset& training = data.training;
  DataFacts facts;
  facts.held_out = static_cast<double>(data.validation.samples());
  facts.samples = static_cast<double>(training.samples());
  facts.features = static_cast<double>(training.features());
  facts.outputs = static_cast<double>(training.task == Task::regression ? training.targets.columns
                                      : loss.id == "bce"                ? 1
                                                                        : training.classes);
  facts.input_non_finite = count_non_finite(training.inputs);
  facts.target_non_finite = count_non_finite(training.targets);
  const std::vector<Column> columns = describe_inputs(training.inputs, facts);
  std::set<float> values;  // NaN is never equal: left out
  facts.target_whole = 1;
  for (float target : training.targets.values) {
    if (values.size() < 1000 && !std::isnan(target)) values.insert(target);
    if (target != std::floor(target)) facts.target_whole = 0;
  }
  facts.target_values = static_cast<double>(values.size());
  if (training.task == Task::classification)
    describe_classes(training.targets, facts);
  else
    describe_values(training.targets, facts);
  compare_neighbours(training, columns, facts);
  return facts;
}

void replace_inputs(DataFacts& facts, const Tensor<float>& inputs) {
  forget_inputs(facts);
  facts.features = static_cast<double>(inputs.columns);
  facts.input_non_finite = count_non_finite(inputs);
  facts.input_mean_largest = facts.input_deviation_largest = 0;
  describe_inputs(inputs, facts);
}

void forget_inputs(DataFacts& facts) {
  facts.input_non_finite = 0;
  for (double DataFacts::*fact :
       {&DataFacts::features, &DataFacts::input_rms, &DataFacts::input_mean_largest, &DataFacts::input_deviation_least,
        &DataFacts::input_deviation_largest, &DataFacts::input_constant, &DataFacts::neighbour_agreement,
        &DataFacts::neighbour_chance, &DataFacts::neighbour_uncertainty})
    facts.*fact = std::numeric_limits<double>::quiet_NaN();
}

void keep_only_moments(DataFacts& facts, double variance) {
  facts.output_broadcast = 1;
  facts.constant_loss += variance;
  facts.target_deviation = std::sqrt(facts.constant_loss);
  for (double DataFacts::*fact : {&DataFacts::target_values, &DataFacts::target_whole, &DataFacts::neighbour_agreement,
                                  &DataFacts::neighbour_chance, &DataFacts::neighbour_uncertainty})
    facts.*fact = std::numeric_limits<double>::quiet_NaN();
}

std::span<const NamedFact> data_fact_names() {
  static constexpr NamedFact kFacts[] = {{"samples", &DataFacts::samples},
                                         {"held_out", &DataFacts::held_out},
                                         {"features", &DataFacts::features},
                                         {"outputs", &DataFacts::outputs},
                                         {"input_non_finite", &DataFacts::input_non_finite},
                                         {"input_rms", &DataFacts::input_rms},
                                         {"input_mean_largest", &DataFacts::input_mean_largest},
                                         {"input_deviation_least", &DataFacts::input_deviation_least},
                                         {"input_deviation_largest", &DataFacts::input_deviation_largest},
                                         {"input_constant", &DataFacts::input_constant},
                                         {"target_non_finite", &DataFacts::target_non_finite},
                                         {"target_mean", &DataFacts::target_mean},
                                         {"target_deviation", &DataFacts::target_deviation},
                                         {"target_values", &DataFacts::target_values},
                                         {"target_whole", &DataFacts::target_whole},
                                         {"largest_class", &DataFacts::largest_class},
                                         {"smallest_class", &DataFacts::smallest_class},
                                         {"constant_by_place", &DataFacts::constant_by_place},
                                         {"largest_by_place", &DataFacts::largest_by_place},
                                         {"constant_loss", &DataFacts::constant_loss},
                                         {"neighbour_agreement", &DataFacts::neighbour_agreement},
                                         {"neighbour_chance", &DataFacts::neighbour_chance},
                                         {"neighbour_uncertainty", &DataFacts::neighbour_uncertainty},
                                         {"output_probabilities", &DataFacts::output_probabilities},
                                         {"output_unnormalized", &DataFacts::output_unnormalized},
                                         {"output_misplaced", &DataFacts::output_misplaced},
                                         {"output_negated", &DataFacts::output_negated},
                                         {"output_broadcast", &DataFacts::output_broadcast},
                                         {"broadcast_in_loss", &DataFacts::broadcast_in_loss},
                                         {"output_broadcast_within", &DataFacts::output_broadcast_within},
                                         {"output_out_of_reach", &DataFacts::output_out_of_reach},
                                         {"output_activated", &DataFacts::output_activated},
                                         {"output_of_layer", &DataFacts::output_of_layer},
                                         {"output_largest", &DataFacts::output_largest},
                                         {"samples_ignored", &DataFacts::samples_ignored},
                                         {"weighted_largest_class", &DataFacts::weighted_largest_class},
                                         {"penalty", &DataFacts::penalty},
                                         {"other_loss", &DataFacts::other_loss},
                                         {"hinge_of_amounts", &DataFacts::hinge_of_amounts},
                                         {"entropy_of_amounts", &DataFacts::entropy_of_amounts},
                                         {"poisson_of_negative", &DataFacts::poisson_of_negative},
                                         {"relative_to_nothing", &DataFacts::relative_to_nothing},
                                         {"divergence_of_logits", &DataFacts::divergence_of_logits},
                                         {"classes_of_amounts", &DataFacts::classes_of_amounts},
                                         {"logarithm_of_cut", &DataFacts::logarithm_of_cut},
                                         {"numbers_for_classes", &DataFacts::numbers_for_classes},
                                         {"classes_of_all", &DataFacts::classes_of_all},
                                         {"loss_summed", &DataFacts::loss_summed},
                                         {"pulled_alike", &DataFacts::pulled_alike},
                                         {"without_graph", &DataFacts::without_graph},
                                         {"held_out_shift", &DataFacts::held_out_shift},
                                         {"held_out_scale", &DataFacts::held_out_scale},
                                         {"held_out_unlike", &DataFacts::held_out_unlike},
                                         {"norm_gap", &DataFacts::norm_gap},
                                         {"gradients_kept", &DataFacts::gradients_kept},
                                         {"evaluation_mode", &DataFacts::evaluation_mode},
                                         {"samples_mixed", &DataFacts::samples_mixed},
                                         {"evaluation_noise", &DataFacts::evaluation_noise},
                                         {"softmax_elsewhere", &DataFacts::softmax_elsewhere},
                                         {"softmax_of_one", &DataFacts::softmax_of_one},
                                         {"unfit_between", &DataFacts::unfit_between},
                                         {"policy_gradient", &DataFacts::policy_gradient},
                                         {"alternating", &DataFacts::alternating},
                                         {"inputs_ignored", &DataFacts::inputs_ignored},
                                         {"output_constant", &DataFacts::output_constant},
                                         {"affine", &DataFacts::affine},
                                         {"gradient_gap", &DataFacts::gradient_gap},
                                         {"gradient_gap_layer", &DataFacts::gradient_gap_layer},
                                         {"gradient_cut", &DataFacts::gradient_cut},
                                         {"bottleneck", &DataFacts::bottleneck},
                                         {"weight_growth", &DataFacts::weight_growth},
                                         {"epsilon_outweighs", &DataFacts::epsilon_outweighs},
                                         {"ascent", &DataFacts::ascent},
                                         {"gradient_hooks", &DataFacts::gradient_hooks},
                                         {"errors_of_yes_and_no", &DataFacts::errors_of_yes_and_no},
                                         {"output_factor", &DataFacts::output_factor},
                                         {"gradient_turned", &DataFacts::gradient_turned},
                                         {"bias_largest", &DataFacts::bias_largest},
                                         {"table_deviation", &DataFacts::table_deviation},
                                         {"batch_variety", &DataFacts::batch_variety}};
  return kFacts;
}

}  // namespace gradclinic
