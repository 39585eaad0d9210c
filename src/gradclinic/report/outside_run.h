#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/instruments/outside_watch.h"
#include "gradclinic/record/thinning_recorder.h"

namespace gradclinic {

/// What a training under watch is recorded into, and judged from.
class OutsideRun {
 public:
  explicit OutsideRun(int modules);

  OutsideWatch& watch() { return watch_; }
  /// Opens the record: the spec as far as it is known, the versions of what trains, the layers.
  void begin(const std::string& spec, const std::map<std::string, std::string>& versions,
             const std::vector<int>& modules, const std::vector<OutsideLayer>& layers);
  /// The watch's; the next step that is seen, as the first one, is put into histograms, too.
  void take_survey(std::int64_t steps_done, double loss, double accuracy, double balanced_accuracy);
  void add_event(const Event& event) { recorder_.add_event(event); }
  /// Steps between rows of a table, as the record has grown: 1, 2, 4, ...
  std::int64_t interval(const std::string& table) const { return recorder_.interval(table); }

  /// The record so far, under a spec that says what is known by now.
  Record record(const std::string& spec, const Outcome& outcome) const;

 private:
  ThinningRecorder recorder_;
  OutsideWatch watch_;
};

/// Trains once more with changes, and returns the record; nothing where they cannot be made.
using Retrain = std::function<std::optional<Record>(const std::vector<Change>& changes)>;

/// A record with what the doctor says of it, who may put questions to `retrain` where there is one.
struct Examined {
  Record record;
  Diagnosis diagnosis;

  explicit Examined(Record from, const Retrain& retrain = {});
  std::string text(bool colour, int columns) const;
  std::string json() const;
  void write_page(const std::string& path) const;
  void write_sarif(const std::string& path) const;
  /// Adds the record to a store; its id there.
  std::int64_t save(const std::string& store) const;
};

/// Adds a finished record to a store; its id there. Throws StoreError.
std::int64_t save_record(const Record& record, const std::string& store);

}  // namespace gradclinic
