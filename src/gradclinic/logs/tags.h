#pragma once

#include <string>
#include <vector>

namespace gradclinic {

/// What a logged number is, as its tag says.
enum class LoggedAs {
  training_loss,
  validation_loss,
  training_accuracy,
  validation_accuracy,
  learning_rate,
  gradient_norm,        ///< of the whole network
  layer_gradient_norm,  ///< of one layer or parameter, which the tag names
  unknown
};

struct TagMeaning {
  LoggedAs what = LoggedAs::unknown;
  std::string layer;  ///< of layer_gradient_norm: "encoder.0.weight"
  bool operator==(const TagMeaning&) const = default;
};

/// Reads a tag by its words, whatever stands between them and however they are capitalized: "train/loss",
/// "training_loss", "Loss/validation", "val_acc", "lr-Adam", "grad_2.0_norm_total", "grad_norm/encoder.0.weight". A
/// loss or an accuracy is the training's unless a word says validation or test. A tag with a word that is neither known
/// nor a filler ("loss/kl", "g_loss", "loss_box") is one part of many: unknown. `folder` is the event file's own below
/// the one that was named: Keras' "train" and "validation" say which of the two is logged.
TagMeaning meaning_of(const std::string& tag, const std::string& folder = "");

/// What tells one run from another in a folder's name: its words without those for training and validation and without
/// those that name what is logged. "version_0/train" gives "version 0", "loss_val" nothing.
std::string run_of(const std::string& folder);

/// The layer of a parameter: "encoder.0.weight" gives "encoder.0".
std::string layer_of(const std::string& parameter);

}  // namespace gradclinic
