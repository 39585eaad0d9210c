#include "samples.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <cmath>

namespace gradclinic::torch {
namespace {

constexpr std::int64_t kMostFeatures = 1024;

/// To mean 0 and population deviation 1 per entry of a sample, by `training`; what does not vary is only moved.
void standardize(at::Tensor& training, at::Tensor& other) {
  if (!training.is_floating_point()) return;
  const at::Tensor values = training.to(at::kDouble);
  const at::Tensor mean = values.mean(0, true);
  at::Tensor deviation = values.sub(mean).square().mean(0, true).sqrt();
  deviation = at::where(deviation.eq(0), at::ones_like(deviation), deviation);
  const auto moved = [&](const at::Tensor& tensor) {
    return tensor.to(at::kDouble).sub(mean).div(deviation).to(at::kFloat);
  };
  training = moved(training);
  if (other.defined() && other.size(0) > 0) other = moved(other);
}

/// Samples x entries, `most` of these.
gradclinic::Tensor<float> table_of(const at::Tensor& values, std::int64_t most) {
  const at::Tensor rows = values.reshape({values.size(0), -1}).to(at::kFloat);
  const at::Tensor kept = rows.size(1) > most ? rows.index_select(1, spread_rows(rows.size(1), most)) : rows;
  const at::Tensor contiguous = kept.contiguous();
  gradclinic::Tensor<float> table(contiguous.size(0), contiguous.size(1));
  std::copy_n(contiguous.data_ptr<float>(), contiguous.numel(), table.values.begin());
  return table;
}

Dataset dataset_of(const at::Tensor& inputs, const at::Tensor& targets, const Loss& loss) {
  Dataset data;
  data.inputs = table_of(inputs, kMostFeatures);
  data.targets = table_of(targets, std::numeric_limits<std::int64_t>::max());
  if (!loss.classifies) return data;
  data.task = Task::classification;
  data.classes = static_cast<Index>(*std::ranges::max_element(data.targets.values)) + 1;
  return data;
}

}  // namespace

at::Tensor spread_rows(std::int64_t count, std::int64_t most) {
  const std::int64_t kept = std::min(count, most);
  return at::arange(kept, at::kLong).mul(count).div(kept, "floor");
}

Samples prepare(const at::Tensor& inputs, const at::Tensor& targets, const Spec& spec) {
  Samples samples{.inputs = inputs, .targets = targets};
  if (spec.data.validation > 0) {
    const std::int64_t count = inputs.size(0);
    const auto held =
        std::clamp<std::int64_t>(std::llround(spec.data.validation * static_cast<double>(count)), 1, count - 1);
    const at::Tensor order = at::randperm(count, at::detail::createCPUGenerator(spec.seed), at::kLong);
    const at::Tensor kept = order.slice(0, 0, count - held), rest = order.slice(0, count - held);
    samples = {inputs.index_select(0, kept), targets.index_select(0, kept), inputs.index_select(0, rest),
               targets.index_select(0, rest)};
  }
  if (spec.data.standardize) standardize(samples.inputs, samples.held_inputs);
  if (spec.data.standardize_target) standardize(samples.targets, samples.held_targets);
  if (spec.data.target_scale != 1) {
    samples.targets = samples.targets.mul(spec.data.target_scale);
    if (samples.held_targets.defined()) samples.held_targets = samples.held_targets.mul(spec.data.target_scale);
  }
  return samples;
}

DataFacts describe(const Samples& samples, const std::string& loss_id) {
  const Loss& loss = find_loss(loss_id);
  const std::int64_t count = samples.inputs.size(0);
  const bool several = loss.classifies && samples.targets.numel() > count;  // classes of pixels, of words
  const at::Tensor targets = several ? samples.targets.reshape({count, -1}).select(1, 0) : samples.targets;
  Split split;
  split.training = dataset_of(samples.inputs, targets, loss);
  DataFacts facts = gradclinic::describe_data(split, loss);
  facts.features = static_cast<double>(samples.inputs.numel() / count);
  facts.held_out = samples.held_inputs.defined() ? static_cast<double>(samples.held_inputs.size(0)) : 0;
  if (several) {
    const at::Tensor all = samples.targets.flatten();
    Split every;
    every.training = dataset_of(at::zeros({all.size(0), 1}), all, loss);
    const DataFacts of_all = gradclinic::describe_data(every, loss);
    for (double DataFacts::*fact : {&DataFacts::constant_loss, &DataFacts::largest_class, &DataFacts::smallest_class})
      facts.*fact = of_all.*fact;
  }
  if (!samples.inputs.is_floating_point()) forget_inputs(facts);
  return facts;
}

}  // namespace gradclinic::torch
