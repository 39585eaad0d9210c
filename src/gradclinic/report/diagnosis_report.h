#pragma once

#include <string>
#include <vector>

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/record/record.h"

namespace gradclinic {

/// A diagnosis with what it was made of: all that its renderings read.
struct DiagnosisReport {
  const Diagnosis& diagnosis;
  const Record& record;
  std::string spec;       ///< the spec's file and settings as on a command line; empty for a stored run
  std::string spec_path;  ///< the file alone
  std::string source;     ///< of a training that gradclinic did not carry out: "log of 2 files"
  bool before_training = false;
};

/// For a terminal of that width: the verdict, the cause, its evidence, the chain of symptoms, what was tried, fixes,
/// notes, gaps. Lines are wrapped at 60 to 100 columns.
std::string diagnosis_text(const DiagnosisReport& report, bool colour, int columns);

/// The document of docs/diagnosis.schema.json, as text.
std::string diagnosis_json_text(const DiagnosisReport& report);

/// A SARIF 2.1.0 log: a rule for each pathology found, results at the spec's file (level error for the cause, warning
/// for symptoms, note for notes), what could not be judged as notifications.
std::string diagnosis_sarif_text(const DiagnosisReport& report);

/// One page that works offline: the document, the record's curves, what the catalogue says of each finding.
std::string diagnosis_page(const DiagnosisReport& report);

/// A trial's change without what the spec says already: "train.lr = 0.01".
std::string short_change(const DiagnosisReport& report, const Trial& trial);

/// "layer 3", "layers 1 to 4", "layers 2, 5 and 7 to 9"; "the whole network" for none.
std::string layers_text(const std::vector<int>& layers);
/// With the names of up to three: "layer 3 (encoder.0)".
std::string layers_text(const std::vector<int>& layers, const std::vector<std::string>& names);

/// The names of the layers of a network from outside; empty of one built from a spec.
std::vector<std::string> layer_names(const Record& record);

/// Whether gradclinic did not build the network, and cannot train it.
bool is_from_outside(const Record& record);

}  // namespace gradclinic
