#include "gradclinic/diagnosis/log_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "gradclinic/diagnosis/rules.h"
#include "gradclinic/support/statistics.h"

namespace gradclinic {
namespace {

constexpr const char* kNorm = "weight_grad.l2";

constexpr Window kFirstFifth{0, 0.2};
constexpr double kHardlyLearned = 0.9;  ///< of the first loss
constexpr double kKnowsMuch = 0.8;      ///< an accuracy

/// Norms of a fourth of the layers, their geometric mean: weights of different shapes are compared. The output layer,
/// whose gradient does not pass through the others, is left out of four layers or more.
struct Flow {
  int first = 1, last = 1;  ///< layers of the two fourths nearest to the ends
  double ratio = std::nan("");
};

double mean_norm(const Chart& chart, int from, int to, Window window) {
  double sum = 0, count = 0;
  for (int layer = from; layer <= to; ++layer) {
    const double norm = chart.median(kNorm, layer, window);
    if (!std::isfinite(norm)) continue;
    sum += std::log(std::max(norm, 1e-300));
    ++count;
  }
  return count > 0 ? std::exp(sum / count) : std::nan("");
}

Flow flow_of(const Chart& chart, int layers, Window window) {
  const int last = layers >= 4 ? layers - 1 : layers;
  const int part = std::max(1, last / 4);
  return {.first = part,
          .last = last - part + 1,
          .ratio = mean_norm(chart, 1, part, window) / mean_norm(chart, last - part + 1, last, window)};
}

std::optional<Finding> vanishing(const Chart& chart, const std::vector<std::string>& names) {
  const auto layers = static_cast<int>(names.size());
  const Flow start = flow_of(chart, layers, kStart);
  if (!(start.ratio < 0.01)) return std::nullopt;
  return Finding{
      .confidence = 0.35 + 0.5 * log_ramp(start.ratio, 0.01, 1e-5),
      .onset_step = 0,
      .layers = {1},
      .evidence = {{fmt::format("gradient norm of {} over that of {}, first steps", names.front(),
                                names[static_cast<std::size_t>(start.last) - 1]),
                    start.ratio, "0.01 or more"},
                   {"the same, last steps", flow_of(chart, layers, kEnd).ratio, ""}},
      .rule = fmt::format("the norms of the weights' gradients fall by a factor of {:.2g} towards the first layers",
                          1 / start.ratio),
      .sentence = "The gradient shrinks from layer to layer on its way back, so the first layers hardly learn."};
}

std::optional<Finding> exploding(const Chart& chart, const std::vector<std::string>& names) {
  const auto layers = static_cast<int>(names.size());
  const double ratio = layers >= 2 ? flow_of(chart, layers, kStart).ratio : std::nan("");
  const double largest = chart.largest("gradient_norm", 0, kWhole);
  const double first = chart.median("gradient_norm", 0, {0, 0});
  const double typical = chart.median("gradient_norm", 0, kWhole);
  const double peak = largest > 2 * first ? largest / std::max(typical, 1e-30) : 1;
  const double confidence =
      std::max({0.7 * log_ramp(ratio, 100, 1e5), 0.5 * log_ramp(peak, 100, 1e5), 0.6 * log_ramp(largest, 1e3, 1e8)});
  if (confidence < 0.1) return std::nullopt;
  Finding finding{
      .confidence = confidence,
      .onset_step =
          std::max<std::int64_t>(0, chart.onset("gradient_norm", 0, [&](float norm) { return norm >= 0.5 * largest; })),
      .layers = {},
      .evidence = {{"largest gradient norm", largest, ""},
                   {"largest over the typical one", peak, "below 100; 1 where it is largest at first"}},
      .rule = fmt::format("gradient norm up to {:.3g}, {:.3g} times the typical one", largest, peak),
      .sentence = "Gradients grow, over the layers or all at once, so that single steps throw the weights far off."};
  if (layers >= 2) {
    finding.layers = {1};
    finding.evidence.push_back(
        {fmt::format("gradient norm of {} over that of the last layers, first steps", names.front()), ratio,
         "below 100"});
  }
  return finding;
}

/// Whether the median loss of the last fifth is that of the first fifth but for 5 % and the batches' scatter: a median
/// of n normal values deviates by 1.25 sigma / sqrt(n).
bool stands_still(const Chart& chart) {
  const double early = chart.median("loss", 0, kFirstFifth), late = chart.median("loss", 0, kEnd);
  std::vector<double> deviations;
  const std::vector<float> losses = chart.series("loss");
  for (std::size_t row = losses.size() * 4 / 5; row < losses.size(); ++row)
    if (std::isfinite(losses[row])) deviations.push_back(std::abs(losses[row] - late));
  const double count = static_cast<double>(deviations.size());
  const double sigma = 1.48 * median(std::move(deviations)) / late;
  return late > early * (1 - 0.05 - std::min(0.1, 3 * 1.25 * std::sqrt(2 / count) * sigma));
}

/// The catalogue's rule, and one for a loss that stays where it began however much its batches scatter.
std::optional<Finding> plateau(const Chart& chart) {
  std::optional<Finding> finding = find_pathology("loss-plateau")->examine(chart);
  if (!never_learned(chart)) return finding;
  const double early = chart.median("loss", 0, kFirstFifth), late = chart.median("loss", 0, kEnd);
  return Finding{.confidence = 0.6,
                 .onset_step = chart.step("loss", 0),
                 .evidence = {{"median loss of the last fifth over that of the first", late / early, "below 0.95"},
                              {"loss at the end over the first one", chart.course().last().loss, "below 0.9"}},
                 .rule = fmt::format("the loss of the last fifth is {:.3g} times that of the first", late / early),
                 .sentence = "The loss stands still where it began."};
}

/// The catalogue's rule without update ratios. A loss that is no number from one step to the next has not been seen to
/// overshoot.
std::optional<Finding> rate_too_high(const Chart& chart) {
  const double first = chart.course().recorded(chart.course().training.front().loss);
  if (chart.course().diverged && !(chart.largest("loss", 0, kWhole) > 1.5 * first)) return std::nullopt;
  std::optional<Finding> finding = find_pathology("learning-rate-too-high")->examine(chart);
  const std::vector<Point>& points = chart.course().training;
  const auto rise = std::ranges::adjacent_find(
      points, [](const Point& one, const Point& next) { return !(next.loss <= 1.1 * one.loss); });
  if (!finding) return finding;
  if (rise != points.end()) finding->onset_step = std::next(rise)->step;
  if (chart.has("update_ratio")) return finding;
  finding->evidence.erase(finding->evidence.begin());  // the update ratio, which is not known
  finding->rule =
      fmt::format("the loss rises by a tenth or more in {:.0f} % of twentieths of the log, up to {:.3g} of the first",
                  100 * finding->evidence.front().value, finding->evidence.back().value);
  return finding;
}

std::optional<Finding> non_finite(const Chart& chart) {
  std::optional<Finding> finding = find_pathology("non-finite")->examine(chart);
  if (finding) std::erase(finding->layers, 0);  // of the whole network
  return finding;
}

/// Of a gradient that leaps before the loss does the leap is the cause, as far as a log shows.
void prefer_leap(std::vector<Suspect>& suspects) {
  const auto find = [&](const char* id) {
    return std::ranges::find_if(suspects, [&](const Suspect& suspect) { return suspect.pathology->id == id; });
  };
  const auto leap = find("exploding-gradient"), rate = find("learning-rate-too-high");
  if (leap == suspects.end() || rate == suspects.end() || leap->finding.confidence < 0.4) return;
  if (leap->finding.onset_step > 0 && rate->finding.onset_step <= leap->finding.onset_step) return;
  rate->finding.confidence = std::min(rate->finding.confidence, 0.5 * leap->finding.confidence);
}

/// Layers whose gradient is 0 at every step, while another's is not.
std::optional<Finding> disconnected(const Chart& chart, const std::vector<std::string>& names) {
  std::vector<int> layers;
  std::vector<std::string> said;
  bool any = false;
  for (int layer = 1; layer <= static_cast<int>(names.size()); ++layer) {
    const double largest = chart.largest(kNorm, layer, kWhole);
    any |= largest > 0;
    if (largest == 0) layers.push_back(layer), said.push_back(names[static_cast<std::size_t>(layer) - 1]);
  }
  if (layers.empty() || !any) return std::nullopt;
  return Finding{.confidence = 0.6,
                 .onset_step = 0,
                 .layers = layers,
                 .evidence = {{"largest gradient norm of " + said.front() + " over all steps", 0, "above 0"}},
                 .rule = fmt::format("the gradient norm of {} layers is exactly 0 at every step", layers.size()),
                 .sentence = "Weights of a layer never get a gradient: what they compute does not reach the loss."};
}

/// The catalogue calls it fatal by the held-out loss alone; where accuracies are held against it they decide.
std::optional<Finding> overfitting(const Chart& chart, const Pathology& pathology) {
  std::optional<Finding> finding = pathology.examine(chart);
  if (!finding || !finding->fatal) return finding;
  double most = std::nan(""), last = std::nan("");
  for (const Point& point : chart.course().validation) {
    most = std::fmax(most, point.accuracy);
    last = point.accuracy;
  }
  constexpr double kClearFall = 0.05;
  if (!std::isnan(last) && most - last <= kClearFall) {
    finding->fatal = false;
    finding->confidence = 0.7;
    finding->sentence = "The held-out loss rises while the accuracy holds: wrong predictions get surer.";
  }
  return finding;
}

void add(LogFindings& found, const std::string& id, std::optional<Finding> finding) {
  found.judged.push_back(id);
  if (!finding) return;
  const Pathology* const pathology = find_pathology(id);
  finding->pathology = id;
  finding->fixes = pathology->fixes;
  finding->onset_step = std::max<std::int64_t>(0, finding->onset_step);
  found.suspects.push_back({pathology, std::move(*finding), {}});
}

}  // namespace

bool never_learned(const Chart& chart) {
  const Course& course = chart.course();
  if (course.empty() || course.diverged) return false;
  for (const auto* points : {&course.training, &course.validation})
    for (const Point& point : *points)
      if (point.accuracy > kKnowsMuch) return false;
  return course.last().loss > kHardlyLearned && stands_still(chart);
}

LogFindings look_through_log(const Chart& chart, const std::vector<std::string>& layers) {
  LogFindings found;
  if (chart.has("survey.loss")) {
    // These read courses only, no key of the spec.
    for (const char* id : {"divergence", "catapult"}) add(found, id, find_pathology(id)->examine(chart));
    add(found, "non-finite", non_finite(chart));
    add(found, "loss-plateau", plateau(chart));
    add(found, "learning-rate-too-high", rate_too_high(chart));
  }
  if (chart.has("survey.loss") && chart.has("validation_loss"))
    add(found, "overfitting", overfitting(chart, *find_pathology("overfitting")));
  if (chart.has("gradient_norm")) add(found, "exploding-gradient", exploding(chart, layers));
  if (chart.has(kNorm) && layers.size() >= 2) {
    add(found, "vanishing-gradient", vanishing(chart, layers));
    add(found, "disconnected-parameter", disconnected(chart, layers));
    if (!chart.has("gradient_norm")) add(found, "exploding-gradient", exploding(chart, layers));
  }
  prefer_leap(found.suspects);
  return found;
}

}  // namespace gradclinic
