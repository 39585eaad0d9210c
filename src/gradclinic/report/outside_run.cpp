#include "gradclinic/report/outside_run.h"

#include "gradclinic/diagnosis/examination.h"
#include "gradclinic/record/run.h"
#include "gradclinic/record/store.h"
#include "gradclinic/report/diagnosis_report.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/file.h"

namespace gradclinic {
namespace {

// Rows that a record keeps: enough for any plot, and some tens of megabytes for hundred layers.
constexpr std::size_t kMostSteps = 2048;
constexpr std::size_t kMostSurveys = 40;

constexpr const char* kWhere = "the record of a training under watch";

}  // namespace

OutsideRun::OutsideRun(int modules)
    : recorder_(
          {{"step", kMostSteps}, {"validation", kMostSteps}, {"survey", kMostSurveys}, {"histograms", kMostSurveys}}),
      watch_(recorder_, modules) {
  watch_.want_histograms();
}

void OutsideRun::take_survey(std::int64_t steps_done, double loss, double accuracy, double balanced_accuracy) {
  watch_.take_survey(steps_done, loss, accuracy, balanced_accuracy);
  watch_.want_histograms();
}

void OutsideRun::begin(const std::string& spec, const std::map<std::string, std::string>& versions,
                       const std::vector<int>& modules, const std::vector<OutsideLayer>& layers) {
  Record header = describe_run(parse_spec(spec, kWhere));
  for (const auto& [name, version] : versions) header.versions[name] = version;
  recorder_.begin(header);
  watch_.start(modules, layers);
}

Record OutsideRun::record(const std::string& spec, const Outcome& outcome) const {
  Record copy = recorder_.record();
  const Spec known = parse_spec(spec, kWhere);
  copy.name = known.name;
  copy.spec = to_toml(known);
  copy.outcome = outcome;
  return copy;
}

Examined::Examined(Record from, const Retrain& retrain) : record(std::move(from)) {
  DoctorOptions options{.probe = retrain != nullptr, .trials = {}};
  // Data and loss are the same in every trial, and so is the unit, which was read off few batches.
  const Course own = read_course(record);
  if (retrain)
    options.trials.train = [&retrain, &own](const Spec&, const std::vector<Change>& changes) -> Counterfactual {
      const std::optional<Record> trained = retrain(changes);
      return trained ? Counterfactual{read_course(*trained, &own), trained->outcome.steps} : Counterfactual{};
    };
  diagnosis = examine_record(record, options);
}

std::string Examined::text(bool colour, int columns) const {
  return diagnosis_text({.diagnosis = diagnosis, .record = record, .spec = "", .spec_path = ""}, colour, columns);
}

std::string Examined::json() const {
  return diagnosis_json_text({.diagnosis = diagnosis, .record = record, .spec = "", .spec_path = ""});
}

void Examined::write_page(const std::string& path) const {
  write_file(path, diagnosis_page({.diagnosis = diagnosis, .record = record, .spec = "", .spec_path = ""}));
}

void Examined::write_sarif(const std::string& path) const {
  write_file(path, diagnosis_sarif_text({.diagnosis = diagnosis, .record = record, .spec = "", .spec_path = ""}));
}

std::int64_t Examined::save(const std::string& store) const { return save_record(record, store); }

std::int64_t save_record(const Record& record, const std::string& path) {
  Store store(path);
  const auto run = store.new_run();
  run->begin(record);
  for (const auto& [name, table] : record.tables) {
    run->open_table(name, table.columns);
    for (std::size_t row = 0; row < table.rows(); ++row)
      run->append(name, table.steps[row], table.values.data() + row * table.columns.size());
  }
  for (const Event& event : record.events) run->add_event(event);
  run->finish(record.outcome);
  return run->id();
}

}  // namespace gradclinic
