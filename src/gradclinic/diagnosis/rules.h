#pragma once

#include <string>
#include <vector>

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {

// What several pathologies' rules share.

/// Rises from 0 at `from` to 1 at `to`, linear between (or falls, where to < from); NaN counts as 0. With positive
/// arguments on a logarithmic scale.
double ramp(double value, double from, double to);
double log_ramp(double value, double from, double to);

/// One layer's median over a window over another's; NaN where either is missing.
double layer_ratio(const Chart& chart, const std::string& quantity, int numerator, int denominator, Window window);

/// Largest over the hidden layers of a survey's quantity, and where; layer 0 when there is none.
struct LayerValue {
  int layer = 0;
  double value = 0;
};
LayerValue worst_layer(const Chart& chart, const std::string& surveyed, bool last);

/// Median over the run of the layers' update ratios (norm of the update over norm of the weights), the median layer's.
double typical_update_ratio(const Chart& chart, Window window);

/// The activation function of the hidden layers: of an rnn tanh, which every cell puts out.
std::string activation_of(const ModelSpec& model);

/// What one output of a layer sums over, and how many outputs one input goes to: as recorded, or by the spec.
double fan_in(const Chart& chart, int layer);
double fan_out(const Chart& chart, int layer);

/// Root mean square of a layer's initial weights (of the first survey) times the root of a fan: what initializers set.
/// By the fan-in He et al. 2015 give 1.41 and nn.Linear 0.58; by the mean of fan-in and fan-out Glorot & Bengio 2010
/// give 1. Whichever lies nearer to these.
double weight_gain(const Chart& chart, int layer);

/// The learning rate times each factor, as changes to try one by one.
std::vector<std::vector<Change>> with_rates(const Chart& chart, std::initializer_list<double> factors);

/// One change by itself.
std::vector<std::vector<Change>> alone(const std::string& key, const std::string& value);

/// What the best constant prediction loses, over the unit of a course's losses, and how often it is right; for samples
/// with a class at each of several places: what the best one for each place does. NaN: of an amount, or not known.
double constant_loss(const Chart& chart);
double constant_accuracy(const Chart& chart);

/// Whether more than half of the best constant prediction's loss is left, and more than nine tenths.
bool learns_little(const Chart& chart);
bool hardly_learns(const Chart& chart);

/// Of a network from outside, which may end in a ReLU: whether all that goes into it is below 0, and nothing comes
/// back.
bool output_is_dead(const Chart& chart);

/// Share of the inputs that vary, of which a model from outside may leave out the edges, say.
inline constexpr double kIgnoredInputs = 0.25;

/// Whether every loss of the survey is finite.
bool ends_finite(const Chart& chart);

}  // namespace gradclinic
