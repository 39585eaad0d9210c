#include "gradclinic/outsider.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "gradclinic/diagnosis/log_examination.h"
#include "gradclinic/diagnosis/weights_examination.h"
#include "gradclinic/logs/checkpoint.h"
#include "gradclinic/logs/log.h"
#include "gradclinic/record/versions.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/number_text.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

namespace fs = std::filesystem;

std::string file_name(const std::string& path) { return excerpt(fs::path(path).filename().string()); }

}  // namespace

Subject subject_at(const std::string& path) {
  std::error_code ignored;
  if (path.ends_with(".toml")) return Subject::spec;
  if (fs::is_directory(path, ignored)) return is_log(path) ? Subject::log : Subject::run;
  const std::string name = fs::path(path).filename().string();
  const bool named_weights = name.ends_with(".safetensors") || name.ends_with(".npz");
  if (!fs::is_regular_file(path, ignored)) return named_weights ? Subject::weights : Subject::run;
  if (is_log(path)) return Subject::log;
  if (is_checkpoint(File(path).bytes()) || named_weights) return Subject::weights;
  return name.find("tfevents") != std::string::npos ? Subject::log : Subject::spec;
}

Outsider examine_log_at(const std::string& path) {
  Log log = read_log(path);
  Diagnosis diagnosis = examine_log(log);
  return {std::move(log.record), std::move(diagnosis),
          "log of " + count_text(static_cast<long>(log.files.size()), "file", "files") +
              fmt::format(" up to step {}", log.record.outcome.steps)};
}

Outsider examine_weights_at(const std::string& path, const std::string& later) {
  std::error_code ignored;
  if (!later.empty() && fs::equivalent(path, later, ignored))
    throw BadInput(later, "this is the first checkpoint itself", "", "name the earlier checkpoint, then the later one");
  const Checkpoint first(path);
  Outsider outsider;
  if (later.empty()) {
    outsider.diagnosis = examine_weights(first);
    outsider.source = "weights";
  } else {
    const Checkpoint second(later);
    outsider.diagnosis = examine_weights(second, &first);
    outsider.source = "weights, against those of " + file_name(path);
  }
  outsider.record.name = file_name(later.empty() ? path : later);
  outsider.record.spec = "# Weights alone: what was trained is not known.\n";
  outsider.record.versions = describe_versions();
  outsider.record.outcome.status = "weights";
  outsider.record.outcome.final_loss = std::nan("");
  return outsider;
}

}  // namespace gradclinic
