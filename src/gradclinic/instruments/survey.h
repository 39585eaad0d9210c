#pragma once

#include <memory>
#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/train/observer.h"

namespace gradclinic {

/// What a survey sees of one layer's activations (of the output layer: its outputs) and weights. Where these are not
/// finite, alike, dimensions and spread are not numbers either.
struct LayerSurvey {
  double dead = 0;         ///< share of units that are 0 on every sample; 0 where the activation function cannot die
  double saturated = 0;    ///< share of units with at least 95 % of the samples saturated; see Activation
  double alike = 0;        ///< mean product of two samples' activations over the mean square: 1 when all look the same
  double dimensions = 0;   ///< directions that 128 of the samples spread over: (tr C)^2 / tr C^2, C their covariance
  double spread = 0;       ///< root mean square deviation of a unit over the samples
  double weight_mean = 0;  ///< of the layer's weights as they are at the survey: the first one's are the initial ones
  double weight_deviation = 0;  ///< their population standard deviation
};

/// Likeness, dimensions and spread of a layer's activations, units x samples; the rest is 0.
LayerSurvey survey_activations(View<const float> activations);

/// A network judged on a fixed sample of its training data, in evaluation mode.
struct SurveyResult {
  double loss = 0;
  double accuracy = 0;           ///< NaN for regression
  double balanced_accuracy = 0;  ///< mean over the sample's classes of the share that is right; NaN for regression
  std::vector<LayerSurvey> layers;
};

/// The columns of table "survey" for a network of that depth, and a result's values in their order.
std::vector<Column> survey_columns(int depth);
void write_survey(const SurveyResult& result, float* values);

/// Takes surveys of one run on up to kSurveySamples training samples, spread evenly. Batches of a step say little of a
/// unit or a small change of the loss; the same samples, seen again and again, do.
/// Participation ratio: Gao et al. 2017, A theory of multineuronal dimensionality, dynamics and measurement.
inline constexpr Index kSurveySamples = 512;

class Survey {
 public:
  explicit Survey(const Training& training);
  ~Survey();
  Survey(Survey&&) noexcept;

  /// Passes the sample through the training's network as it is now, in batches it has room for; running statistics and
  /// generators stay as they are. Valid until the next call.
  const SurveyResult& take(const Training& training);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic
