#pragma once

#include <string>

#include "gradclinic/diagnosis/finding.h"
#include "gradclinic/record/record.h"

namespace gradclinic {

/// What a command's argument names.
enum class Subject { spec, run, log, weights };

/// Tells by the content of the file or folder; by its name only where the content says nothing: a damaged event file or
/// checkpoint is not taken for a spec. What is no file is a run of the store.
Subject subject_at(const std::string& path);

/// A training or network that gradclinic did not make, judged by what is left of it.
struct Outsider {
  Record record;
  Diagnosis diagnosis;
  std::string source;  ///< "log of 2 files", "weights"
};

/// Throws BadInput as read_log does.
Outsider examine_log_at(const std::string& path);
/// The weights of a file, or with `later` what became of them. Throws BadInput as Checkpoint and examine_weights do.
Outsider examine_weights_at(const std::string& path, const std::string& later);

}  // namespace gradclinic
