#include "gradclinic/logs/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "gradclinic/data/readers/file.h"
#include "gradclinic/logs/export_tensorboard.h"
#include "gradclinic/logs/layer_norms.h"
#include "gradclinic/logs/log_series.h"
#include "gradclinic/logs/loss_survey.h"
#include "gradclinic/logs/tfrecord.h"
#include "gradclinic/record/versions.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
/// An accuracy above it is one in percent.
constexpr float kAboveAnyShare = 1.5f;

const std::map<LoggedAs, const char*> kNames = {{LoggedAs::training_loss, "training loss"},
                                                {LoggedAs::validation_loss, "validation loss"},
                                                {LoggedAs::training_accuracy, "training accuracy"},
                                                {LoggedAs::validation_accuracy, "validation accuracy"},
                                                {LoggedAs::learning_rate, "learning rate"},
                                                {LoggedAs::gradient_norm, "gradient norm"},
                                                {LoggedAs::layer_gradient_norm, "gradient norm of a layer"}};

void refuse_several_runs(const LogFiles& files, const std::string& path) {
  std::vector<std::string> runs;
  for (const TagSeries& tag : files.tags) {
    const bool loss = files.own ? tag.tag == "loss" : tag.meaning.what == LoggedAs::training_loss;
    const std::string run = run_of(tag.folder);
    const bool told = std::ranges::any_of(runs, [&](const std::string& folder) { return run_of(folder) == run; });
    if (loss && !told) runs.push_back(tag.folder);
  }
  if (runs.size() < 2) return;
  constexpr std::size_t kMostTold = 5;
  const std::size_t all = runs.size();
  if (runs.front().empty()) runs.front() = ".";
  runs.resize(std::min(all, kMostTold));
  throw BadInput(path, fmt::format("this folder holds the logs of {} trainings", all), excerpt(join(runs), 200),
                 "name one of these folders");
}

/// Picks the tag to read for each meaning and says which tags were taken.
class Choice {
 public:
  Choice(const LogFiles& files, Log& log) : files_(files), log_(log) {}

  /// The one with the most values; null when there is none.
  const TagSeries* best(LoggedAs what) {
    const TagSeries* found = nullptr;
    for (const TagSeries& tag : files_.tags)
      if (tag.meaning.what == what && (!found || tag.series.steps.size() > found->series.steps.size())) found = &tag;
    if (found) take(*found);
    return found;
  }
  void take(const TagSeries& tag) {
    taken_.push_back(&tag);
    log_.read.push_back(fmt::format("{} ({})", tag.where, kNames.at(tag.meaning.what)));
  }
  void list_unread() {
    for (const TagSeries& tag : files_.tags)
      if (std::ranges::count(taken_, &tag) == 0) log_.unread.push_back(tag.where);
  }

 private:
  const LogFiles& files_;
  Log& log_;
  std::vector<const TagSeries*> taken_;
};

Table table_of(const std::string& quantity, const Series& series) {
  return {.columns = {{quantity, 0}}, .steps = series.steps, .values = series.values};
}

Series as_shares(const TagSeries& tag, Log& log) {
  Series series = tag.series;
  const bool percent = std::ranges::any_of(series.values, [](float value) { return value > kAboveAnyShare; });
  if (percent) {
    log.remarks.push_back(fmt::format("{} is taken to be in percent", tag.where));
    for (float& value : series.values) value /= 100;
  }
  return series;
}

/// The value at each of the steps, or the last one before it; NaN where there is none yet.
std::vector<float> values_at(const Series& series, const std::vector<std::int64_t>& steps) {
  std::vector<float> values;
  for (const std::int64_t step : steps) {
    const auto after = std::ranges::upper_bound(series.steps, step);
    values.push_back(after == series.steps.begin()
                         ? kNaN
                         : series.values[static_cast<std::size_t>(after - series.steps.begin()) - 1]);
  }
  return values;
}

/// Held-out losses and accuracies in one table, as a run's own: a row for each loss.
void add_validation(const TagSeries* loss, const TagSeries* accuracy, std::int64_t last_step, Log& log) {
  if (!loss && !accuracy) return;
  Table table;
  table.steps = (loss ? loss : accuracy)->series.steps;
  std::vector<std::vector<float>> columns;
  if (loss) {
    table.columns.push_back({"validation_loss", 0});
    columns.push_back(loss->series.values);
  }
  if (accuracy) {
    table.columns.push_back({"validation_accuracy", 0});
    columns.push_back(values_at(as_shares(*accuracy, log), table.steps));
  }
  for (std::size_t row = 0; row < table.steps.size(); ++row)
    for (const std::vector<float>& column : columns) table.values.push_back(column[row]);
  const std::int64_t last = table.steps.back();
  if (table.rows() > 1 && last > 0 && last < last_step / 2) {
    log.remarks.push_back(fmt::format(
        "{} goes up to step {} only and the training up to {}: it is taken to be logged by epoch, and spread evenly",
        (loss ? loss : accuracy)->where, last, last_step));
    for (std::int64_t& step : table.steps)
      step = static_cast<std::int64_t>(static_cast<double>(step) / static_cast<double>(last) *
                                       static_cast<double>(last_step));
  }
  log.record.tables["validation"] = std::move(table);
}

void add_training(const TagSeries& loss, const TagSeries* accuracy, Log& log) {
  Record& record = log.record;
  record.tables["loss"] = table_of("loss", loss.series);
  Table survey = survey_of(loss.series);
  if (accuracy) {
    const std::vector<float> accuracies = values_at(as_shares(*accuracy, log), survey.steps);
    const std::vector<float> losses = std::move(survey.values);
    survey.values.clear();
    survey.columns.push_back({"survey.accuracy", 0});
    for (std::size_t row = 0; row < losses.size(); ++row)
      survey.values.insert(survey.values.end(), {losses[row], accuracies[row]});
  }
  record.tables["survey"] = std::move(survey);
  const float first = loss.series.values.front();
  if (std::isfinite(first) && first > 0)
    record.tables["data"] = {.columns = {{"data.constant_loss", 0}}, .steps = {0}, .values = {first}};
}

/// The first value that is no number, as a run's own record has it as an event.
void add_event(const Log& log, Record& record) {
  Event first{.step = -1, .kind = "non-finite"};
  for (const char* quantity : {"loss", "lr", "gradient_norm", "weight_grad.l2"}) {
    const auto found = record.tables.find(quantity);
    if (found == record.tables.end()) continue;
    const Table& table = found->second;
    for (std::size_t i = 0; i < table.values.size(); ++i) {
      const float value = table.values[i];
      const std::int64_t step = table.steps[i / table.columns.size()];
      const Column& column = table.columns[i % table.columns.size()];
      // A step at which a layer has no value is NaN, too: of layers only infinity counts.
      const bool bad = column.layer > 0 ? std::isinf(value) : !std::isfinite(value);
      if (!bad || (first.step >= 0 && step >= first.step)) continue;
      first.step = step;
      first.layer = column.layer;
      first.text = column.layer > 0 ? "the gradient norm of " + log.layers[static_cast<std::size_t>(column.layer) - 1]
                                    : column.quantity;
    }
  }
  if (first.step >= 0) record.events.push_back(first);
}

/// Every tag as the column that it was made of.
void read_own(const LogFiles& files, Log& log) {
  std::map<std::string, std::vector<NamedSeries>> quantities;
  for (const TagSeries& tag : files.tags) {
    const Column column = column_of(tag.tag);
    quantities[column.quantity].push_back({column.layer, &tag.series});
    log.read.push_back(tag.where);
  }
  for (const auto& [quantity, series] : quantities) log.record.tables[quantity] = table_of_layers(quantity, series);
  int depth = 0;
  for (const auto& [name, table] : log.record.tables)
    for (const Column& column : table.columns) depth = std::max(depth, column.layer);
  for (int layer = 1; layer <= depth; ++layer) log.layers.push_back(fmt::format("layer {}", layer));
}

void read_foreign(const LogFiles& files, Log& log) {
  Choice choice(files, log);
  const TagSeries* const loss = choice.best(LoggedAs::training_loss);
  const TagSeries* const accuracy = choice.best(LoggedAs::training_accuracy);
  if (loss) add_training(*loss, accuracy, log);
  const std::int64_t last = loss ? loss->series.steps.back() : 0;
  const TagSeries* const held_out = choice.best(LoggedAs::validation_loss);
  add_validation(held_out, choice.best(LoggedAs::validation_accuracy), last, log);
  if (const TagSeries* const rate = choice.best(LoggedAs::learning_rate))
    log.record.tables["lr"] = table_of("lr", rate->series);
  if (const TagSeries* const norm = choice.best(LoggedAs::gradient_norm))
    log.record.tables["gradient_norm"] = table_of("gradient_norm", norm->series);
  const LayerNorms norms = layer_norms_of(files.tags);
  for (const TagSeries* const tag : norms.tags) choice.take(*tag);
  log.layers = norms.layers;
  if (!norms.layers.empty()) log.record.tables["weight_grad.l2"] = norms.table;
  choice.list_unread();
}

std::string name_of_log(const std::string& path) {
  const std::filesystem::path whole = std::filesystem::path(path).lexically_normal();
  const std::string name = whole.has_filename() ? whole.filename().string() : whole.parent_path().filename().string();
  return name.empty() || name == "." ? "log" : excerpt(name);
}

}  // namespace

bool is_log(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return !event_files_at(path).empty();
  if (!std::filesystem::is_regular_file(path, failure)) return false;
  return is_tfrecord(File(path).bytes());
}

Log read_log(const std::string& path) {
  const LogFiles files = read_log_files(path);
  refuse_several_runs(files, path);
  Log log{.files = files.files, .remarks = files.remarks};
  files.own ? read_own(files, log) : read_foreign(files, log);
  add_event(log, log.record);
  Record& record = log.record;
  record.name = name_of_log(path);
  record.spec = "# Read from a log: what was trained is not known.\n";
  record.versions = describe_versions();
  const Series loss = record.series("loss");
  record.outcome.status = loss.values.empty() || std::isfinite(loss.values.back()) ? "logged" : "diverged";
  record.outcome.final_loss = loss.values.empty() ? kNaN : loss.values.back();
  for (const auto& [name, table] : record.tables)
    if (!table.steps.empty()) record.outcome.steps = std::max(record.outcome.steps, table.steps.back());
  return log;
}

}  // namespace gradclinic
