#include "gradclinic/diagnosis/preflight.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "gradclinic/data/dataset.h"
#include "gradclinic/diagnosis/chain.h"
#include "gradclinic/diagnosis/rules.h"
#include "gradclinic/record/run.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/theory/initial_loss.h"
#include "gradclinic/theory/prediction.h"

namespace gradclinic {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Weights are measured after the step: a rate this small leaves them as they are.
constexpr double kStandstill = 1e-30;
/// Weaker suspicions are not worth a note.
constexpr double kWorthTelling = 0.4;
/// The mean over weights and one draw of them differ this much in deep narrow networks and single outputs.
constexpr double kUsualFactor = 8;
constexpr double kFarFactor = 100;

/// What theory expects of the spec, where it can tell.
struct Expectation {
  Forecast forecast;
  std::optional<double> loss;
};

Expectation expect(const Spec& spec, const Dataset& data) {
  const Index batch = spec.train.batch > 0 ? std::min<Index>(spec.train.batch, data.samples()) : data.samples();
  Expectation expectation{predict(spec.model, input_facts(data), output_count(spec, data), batch), {}};
  if (expectation.forecast.prediction)
    expectation.loss = expected_initial_loss(
        spec.train.loss, expectation.forecast.prediction->layers.back().pre_activation, target_facts(data));
  return expectation;
}

/// The pathologies of signals that show at initialization, and what theory says of the quantity that shows them.
struct InitialSign {
  const char* pathology;
  const char* what;
  double (*predicted)(const std::vector<LayerPrediction>& layers);
};

double first_over_last_hidden(const std::vector<LayerPrediction>& layers) { return layers.front().gradient_ratio; }

double most_saturated(const std::vector<LayerPrediction>& layers) {
  double most = kNaN;
  for (const LayerPrediction& layer : layers)
    if (layer.saturated) most = std::fmax(most, *layer.saturated);
  return most;
}

double last_hidden_correlation(const std::vector<LayerPrediction>& layers) {
  return layers.size() < 2 ? kNaN : layers[layers.size() - 2].correlation;
}

double unpredicted(const std::vector<LayerPrediction>&) { return kNaN; }

constexpr InitialSign kInitialSigns[] = {
    {"vanishing-gradient", "gradient of layer 1's pre-activations over the last hidden layer's",
     first_over_last_hidden},
    {"exploding-gradient", "gradient of layer 1's pre-activations over the last hidden layer's",
     first_over_last_hidden},
    {"saturated-activation", "largest share of saturated activations in a layer", most_saturated},
    {"dead-relu", "", unpredicted},
    {"rank-collapse", "correlation of two inputs in the last hidden layer", last_hidden_correlation}};

/// Keeps what is known before training: the first row of each table, no update, no figure of
/// merit but the initial loss.
Record untrained(Record record) {
  record.tables.erase("validation");
  for (auto& [name, table] : record.tables) {
    if (table.rows() == 0) continue;
    Table first{table.columns, {table.steps.front()}, {}};
    first.columns.clear();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const std::string& quantity = table.columns[i].quantity;
      if (quantity.ends_with("accuracy") || quantity.starts_with("update")) continue;
      first.columns.push_back(table.columns[i]);
      first.values.push_back(table.values[i]);
    }
    table = std::move(first);
  }
  // What the step did to the weights is no news of the time before it.
  const Series losses = record.series("survey.loss");
  const double loss = losses.values.empty() ? record.outcome.final_loss : losses.values.front();
  if (std::isfinite(loss)) record.events.clear();
  record.outcome = {.status = std::isfinite(loss) ? "finished" : "diverged", .steps = 0, .final_loss = loss};
  return record;
}

void add_predictions(const Expectation& expectation, Finding& finding) {
  if (!expectation.forecast.prediction) return;
  for (const InitialSign& sign : kInitialSigns) {
    if (finding.pathology != sign.pathology) continue;
    const double predicted = sign.predicted(expectation.forecast.prediction->layers);
    if (!std::isnan(predicted)) finding.evidence.push_back({sign.what, predicted, "predicted by theory"});
  }
}

/// The initial loss against what theory expects of it: evidence for a bad scale, or a finding of its own.
std::optional<Finding> compare_loss(const Chart& chart, const Expectation& expectation) {
  if (!expectation.loss || chart.course().empty()) return std::nullopt;
  const double measured = chart.course().recorded(chart.course().training.front().loss);
  const double apart = factor_apart(measured, *expectation.loss);
  const double confidence = 0.7 * log_ramp(apart, kUsualFactor, kFarFactor);
  if (confidence <= 0) return std::nullopt;
  return Finding{.pathology = "wrong-output-or-loss",
                 .confidence = confidence,
                 .onset_step = 0,
                 .layers = {chart.depth()},
                 .evidence = {{"initial loss", measured, fmt::format("{:.3g}, predicted by theory", *expectation.loss)},
                              {"factor between them", apart, fmt::format("below {}", kUsualFactor)}},
                 .rule = fmt::format("the initial loss is {:.3g}, theory predicts {:.3g}", measured, *expectation.loss),
                 .sentence =
                     "The first loss is far from what these weights and targets should give: look at the "
                     "targets' scale and at what the loss is computed from."};
}

bool shows_before_training(const Pathology& pathology) {
  return pathology.stage == Stage::data || pathology.stage == Stage::model ||
         std::ranges::any_of(kInitialSigns, [&](const InitialSign& sign) { return pathology.id == sign.pathology; });
}

std::vector<Suspect> examine(const Chart& chart, const Expectation& expectation, Diagnosis& diagnosis) {
  std::vector<Suspect> suspects;
  std::optional<Finding> loss = compare_loss(chart, expectation);
  for (const Pathology& pathology : all_pathologies()) {
    if (!shows_before_training(pathology)) {
      if (pathology.stage != Stage::benign) diagnosis.gaps.push_back({pathology.id, "shows only in training"});
      continue;
    }
    const bool known = std::ranges::all_of(pathology.needs, [&](const std::string& need) { return chart.has(need); });
    if (!known) {
      diagnosis.gaps.push_back({pathology.id, "shows only in training"});
      continue;
    }
    std::optional<Finding> finding = pathology.examine(chart);
    if (loss && loss->pathology == pathology.id) {
      if (!finding || finding->confidence < loss->confidence) finding = loss;
    }
    if (!finding) continue;
    finding->pathology = pathology.id;
    finding->fixes = pathology.fixes;
    // The last steps are the first here, and updates were not measured.
    std::erase_if(finding->evidence,
                  [](const Evidence& item) { return item.what.ends_with("last steps") || std::isnan(item.value); });
    add_predictions(expectation, *finding);
    suspects.push_back({&pathology, std::move(*finding), {}});
  }
  return suspects;
}

void conclude(std::vector<Suspect>& suspects, Diagnosis& diagnosis) {
  const auto sure = [](const Suspect& suspect) { return suspect.finding.confidence >= kSureBeforeTraining; };
  const bool sick = std::ranges::any_of(suspects, sure);
  diagnosis.verdict = sick ? Health::sick : Health::healthy;
  if (sick) {
    const auto surest =
        std::ranges::max_element(suspects, {}, [](const Suspect& suspect) { return suspect.finding.confidence; });
    diagnosis.summary =
        "judged before training, from data, weights and the first gradient: " + surest->pathology->summary +
        "; training it may still turn out well";
    diagnosis.findings = chain(suspects, {.failing = true}, kWorthTelling);
    for (Finding& finding : diagnosis.findings) finding.severity = kNaN;
    return;
  }
  diagnosis.summary =
      "judged before training, from data, weights and the first gradient: nothing there forbids learning; what only "
      "shows in training was not looked at";
  for (Suspect& suspect : suspects)
    if (suspect.finding.confidence >= kWorthTelling) {
      diagnosis.notes.push_back(suspect.finding);
      diagnosis.notes.back().role = "note";
      diagnosis.notes.back().severity = kNaN;
    }
}

}  // namespace

double factor_apart(double measured, double predicted) {
  if (std::isnan(measured) || !(predicted > 0) || measured < 0) return kNaN;
  if (measured == 0) return std::numeric_limits<double>::infinity();
  return std::max(measured / predicted, predicted / measured);
}

Preflight examine_before_training(const Spec& spec, const std::atomic<bool>* stop) {
  Generator generator(spec.seed);
  const Split data = load_data(spec, generator);
  const Expectation expectation = expect(spec, data.training);
  Spec one_step = spec;
  one_step.train.epochs = 0;
  one_step.train.steps = 1;
  one_step.train.lr = kStandstill;
  one_step.watch = {.every = 1, .surveys = 1};
  MemoryRecorder recorder;
  run(one_step, data, generator, recorder, stop);
  Preflight result;
  result.record = untrained(recorder.take());
  result.record.spec = to_toml(spec);
  const Chart chart(result.record);
  std::vector<Suspect> suspects = examine(chart, expectation, result.diagnosis);
  if (!expectation.forecast.prediction)
    result.diagnosis.gaps.push_back({"", "theory predicts nothing here: " + expectation.forecast.why_not});
  conclude(suspects, result.diagnosis);
  return result;
}

}  // namespace gradclinic
