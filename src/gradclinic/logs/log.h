#pragma once

#include <string>
#include <vector>

#include "gradclinic/record/record.h"

namespace gradclinic {

/// A training that somebody else logged, as far as it can be told.
struct Log {
  /// Each quantity in a table of its own name: "loss", "validation_loss", "validation_accuracy", "accuracy", "lr",
  /// "gradient_norm", "weight_grad.l2" by layer (NaN where a step has no value of a layer). Training losses are
  /// summed up in a table "survey" as a survey would: see read_log. The spec names the log and nothing else.
  Record record;
  std::vector<std::string> files;
  std::vector<std::string> layers;   ///< names, in the order of their numbers; empty where the tags have none
  std::vector<std::string> read;     ///< "train/loss (training loss)", for each tag that was taken
  std::vector<std::string> unread;   ///< tags whose meaning is not known, or of which there is a better one
  std::vector<std::string> remarks;  ///< what was odd, one sentence each: a file cut short, steps that came twice
};

/// Whether a path is an event file, or a folder with an event file anywhere in it.
bool is_log(const std::string& path);

/// Reads the event files of a folder and of those in it, or one file. Of several tags for one thing the one with the
/// most values counts. Steps are sorted; where a step comes twice the later value counts. Layers are numbered in the
/// order in which they first appear, or in the order of their names (digits by their value) where that is alphabetical.
/// "survey.loss" holds the first training loss, then the medians of the training losses over twentieths of the log (all
/// of them where there are no more than 20), the last one not finite where the log ends so; "data.constant_loss" the
/// first training loss, as that of a constant prediction is not known. Where the log is gradclinic's own, its columns
/// are read as they were.
/// Throws BadInput when a file is damaged, when there is none, and when the folder holds several runs.
Log read_log(const std::string& path);

}  // namespace gradclinic
