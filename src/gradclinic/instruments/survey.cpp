#include "gradclinic/instruments/survey.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "gradclinic/net/activation.h"
#include "gradclinic/tensor/eigen.h"
#include "gradclinic/tensor/row_sums.h"
#include "gradclinic/tensor/small_product.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr float kNoLimit = std::numeric_limits<float>::quiet_NaN();
constexpr Index kDimensionSamples = 128;
constexpr double kSaturatedShare = 0.95;

/// Sums over the samples seen so far, unit by unit, and the first samples' activations.
struct LayerSums {
  void clear(Index units) {
    rows.assign(static_cast<std::size_t>(units), {});
    first.resize(units, kDimensionSamples);
    kept = seen = 0;
  }

  void add(View<const float> values, const Activation* activation) {
    if (seen == 0) clear(values.rows);
    add_row_sums(values, activation ? activation->saturated_low : kNoLimit,
                 activation ? activation->saturated_high : kNoLimit, rows);
    const Index more = std::min(kDimensionSamples - kept, values.columns);
    first.middleCols(kept, more) = matrix(values).leftCols(more);
    kept += more;
    seen += values.columns;
  }

  LayerSurvey result(bool can_die) {
    const auto n = static_cast<double>(seen);
    double dead = 0, saturated = 0, total = 0, squared_sums = 0, variances = 0;
    for (const RowSums& row : rows) {
      dead += can_die && row.nonzero == 0 ? 1 : 0;
      saturated += static_cast<double>(row.saturated) >= kSaturatedShare * n ? 1 : 0;
      total += row.squares;
      squared_sums += row.sum * row.sum;
      variances += row.squares / n - (row.sum / n) * (row.sum / n);
    }
    const auto units = static_cast<double>(rows.size());
    const double variance = variances / units;
    LayerSurvey layer;
    layer.dead = dead / units;
    layer.saturated = saturated / units;
    layer.alike = total > 0 && n > 1 ? (squared_sums - total) / ((n - 1) * total) : kNaN;
    layer.spread = variance < 0 ? 0 : std::sqrt(variance);  // rounding below 0; NaN stays NaN
    layer.dimensions = dimensions();
    return layer;
  }

  /// From the samples' inner products, which are fewer than the units' covariances in wide layers.
  double dimensions() {
    if (kept < 2) return kNaN;
    centred = first.leftCols(kept);
    centred.colwise() -= centred.rowwise().mean().eval();
    const float largest = centred.cwiseAbs().maxCoeff();
    if (!centred.allFinite()) return kNaN;
    if (largest == 0) return 0;
    centred /= largest;  // fourth powers of small or large signals do not fit a float
    const View<const float> values{centred.data(), centred.rows(), kept};
    const Index size = std::min(values.rows, kept);
    products.resize(size, size);
    const View<float> result{products.data(), size, size};
    unused.resize(static_cast<std::size_t>(size));
    if (values.rows < kept)
      small_product_of_rows(values, values, result, unused.data());
    else
      small_product(values.data, 1, kept, values, nullptr, result);
    const double trace = products.trace();
    const double square = products.squaredNorm();
    return trace * trace / square;
  }

  std::vector<RowSums> rows;      // one a unit
  RowMajorMatrix<float> first;    // units x the first samples
  RowMajorMatrix<float> centred;  // what dimensions() works with, kept from survey to survey
  RowMajorMatrix<float> products;
  std::vector<float> unused;
  Index kept = 0;
  Index seen = 0;
};

/// Hands the activations of each layer, and the output layer's output, to the sums.
class LayerTap : public Tap {
 public:
  LayerTap(std::vector<LayerSums>& layers, const Activation& activation) : layers_(layers), activation_(activation) {}
  void see(Quantity quantity, int layer, View<const float> values) override {
    const bool output = layer == static_cast<int>(layers_.size());
    if (quantity == (output ? Quantity::pre_activation : Quantity::activation))
      layers_[static_cast<std::size_t>(layer - 1)].add(values, output ? nullptr : &activation_);
  }

 private:
  std::vector<LayerSums>& layers_;
  const Activation& activation_;
};

void describe_weights(View<const float> weights, LayerSurvey& layer) {
  constexpr double kRounding = 1e-13;  // of the mean's square: what equal weights may seem to vary
  RowSums sums;
  add_row_sums({weights.data, 1, weights.size()}, kNoLimit, kNoLimit, {&sums, 1});
  const auto n = static_cast<double>(weights.size());
  layer.weight_mean = sums.sum / n;
  const double squared_mean = layer.weight_mean * layer.weight_mean;
  const double variance = sums.squares / n - squared_mean;
  layer.weight_deviation = variance <= kRounding * squared_mean ? 0 : std::sqrt(variance);  // NaN stays NaN
}

/// How many of a class were seen, and how many of these were told right.
struct ClassCount {
  double seen = 0;
  double right = 0;
};

float predicted_class(View<const float> outputs, Index sample) {
  if (outputs.rows == 1) return outputs(0, sample) > 0 ? 1.0F : 0.0F;
  Index best = 0;
  for (Index k = 1; k < outputs.rows; ++k)
    if (outputs(k, sample) > outputs(best, sample)) best = k;
  return static_cast<float>(best);
}

}  // namespace

LayerSurvey survey_activations(View<const float> activations) {
  LayerSums sums;
  sums.seen = 0;
  sums.add(activations, nullptr);
  return sums.result(false);
}

struct Survey::Implementation {
  explicit Implementation(const Training& training)
      : activation(find_activation(training.spec.model.activation)),
        layers(static_cast<std::size_t>(training.network.depth())),
        tap(layers, activation) {
    const Dataset& data = training.data.training;
    const Index count = std::min(kSurveySamples, data.samples());
    for (Index first = 0; first < count; first += training.largest_batch) {
      const Index size = std::min(training.largest_batch, count - first);
      Chunk& chunk =
          chunks.emplace_back(Chunk{Tensor<float>(data.features(), size), Tensor<float>(data.targets.columns, size)});
      for (Index i = 0; i < size; ++i) {
        const Index sample = (first + i) * data.samples() / count;
        for (Index row = 0; row < data.features(); ++row) chunk.inputs.view()(row, i) = data.inputs.view()(sample, row);
        for (Index row = 0; row < data.targets.columns; ++row)
          chunk.targets.view()(row, i) = data.targets.view()(sample, row);
      }
    }
    result.layers.resize(layers.size());
  }

  struct Chunk {
    Tensor<float> inputs;
    Tensor<float> targets;
  };

  void count_classes(View<const float> outputs, View<const float> targets) {
    for (Index i = 0; i < outputs.columns; ++i) {
      ClassCount& count = classes[targets(0, i)];
      ++count.seen;
      count.right += predicted_class(outputs, i) == targets(0, i) ? 1 : 0;
    }
  }

  const Activation& activation;
  std::vector<Chunk> chunks;
  std::vector<LayerSums> layers;
  LayerTap tap;
  std::map<float, ClassCount> classes;
  SurveyResult result;
};

Survey::Survey(const Training& training) : implementation_(std::make_unique<Implementation>(training)) {}
Survey::~Survey() = default;
Survey::Survey(Survey&&) noexcept = default;

const SurveyResult& Survey::take(const Training& training) {
  Implementation& own = *implementation_;
  for (LayerSums& layer : own.layers) layer.seen = 0;
  own.classes.clear();
  double loss = 0, samples = 0;
  for (const Implementation::Chunk& chunk : own.chunks) {
    const View<const float> outputs =
        training.network.forward(chunk.inputs.view(), {.training = false, .tap = &own.tap});
    const auto size = static_cast<double>(chunk.inputs.columns);
    loss += size * training.loss.evaluate(outputs, chunk.targets.view(), {});
    samples += size;
    if (training.loss.classifies) own.count_classes(outputs, chunk.targets.view());
  }
  own.result.loss = loss / samples;
  double right = 0, recalls = 0;
  for (const auto& [target, count] : own.classes) right += count.right, recalls += count.right / count.seen;
  const bool classifies = training.loss.classifies;
  own.result.accuracy = classifies ? right / samples : kNaN;
  own.result.balanced_accuracy = classifies ? recalls / static_cast<double>(own.classes.size()) : kNaN;
  for (std::size_t i = 0; i < own.layers.size(); ++i)
    own.result.layers[i] = own.layers[i].result(own.activation.can_die && i + 1 < own.layers.size());
  for (const Parameter<float>& parameter : training.network.parameters())
    if (parameter.name == "weight") describe_weights(parameter.value, own.result.layers[parameter.layer - 1]);
  return own.result;
}

std::vector<Column> survey_columns(int depth) {
  std::vector<Column> columns;
  for (const char* name : {"loss", "accuracy", "balanced_accuracy"})
    columns.push_back({std::string("survey.") + name, 0});
  for (int layer = 1; layer <= depth; ++layer)
    for (const char* name : {"dead", "saturated", "alike", "dimensions", "spread", "weight_mean", "weight_deviation"})
      columns.push_back({std::string("survey.") + name, layer});
  return columns;
}

void write_survey(const SurveyResult& result, float* values) {
  for (double value : {result.loss, result.accuracy, result.balanced_accuracy}) *values++ = static_cast<float>(value);
  for (const LayerSurvey& layer : result.layers)
    for (double value : {layer.dead, layer.saturated, layer.alike, layer.dimensions, layer.spread, layer.weight_mean,
                         layer.weight_deviation})
      *values++ = static_cast<float>(value);
}

}  // namespace gradclinic
