#pragma once

#include <string>
#include <vector>

#include "gradclinic/spec/spec.h"
#include "gradclinic/tensor/generator.h"
#include "gradclinic/tensor/tensor.h"

namespace gradclinic {

enum class Task { regression, classification };

/// Samples in memory, sample after sample (samples x features), as files and PyTorch hold them.
struct Dataset {
  Tensor<float> inputs;   ///< samples x features
  Tensor<float> targets;  ///< regression: samples x outputs; classification: samples x 1, the class as a whole number
  Task task = Task::regression;
  Index classes = 0;  ///< classification only
  std::string note;   ///< where the samples come from, and what a reader must know (own split, rounding)

  Index samples() const { return inputs.rows; }
  Index features() const { return inputs.columns; }
};

/// A catalogue entry of data/sets: what it is, and how to make or read it.
struct DatasetSource {
  std::string id;
  std::string summary;
  std::string reference;
  /// Draws from `generator` in a fixed order, or reads files. Honours samples, features, outputs, classes, noise, path,
  /// target, task, inputs, targets of the spec. Throws BadInput naming the file and the offset of what is wrong.
  Dataset (*load)(const Spec& spec, Generator& generator);
};

namespace sets {
/// Every data set, generated from the folder.
std::vector<DatasetSource> all();
}  // namespace sets

/// The two parts a run uses; validation is empty (0 samples) without `data.validation`.
struct Split {
  Dataset training;
  Dataset validation;
};

/// Loads `spec.data.set` and prepares it, in this order: shuffle_labels, validation split, standardize,
/// standardize_target, target_scale. The set draws from `generator` first; the split and the label shuffle use their
/// own generators made from the seed, so that the samples are the same with and without them.
/// Throws BadInput when the task does not fit `spec.train.loss` (mse: any regression; bce: two classes;
/// cross_entropy: classes).
Split load_data(const Spec& spec, Generator& generator);

/// How many network outputs the loss wants for this data: mse: target columns; bce: 1; cross_entropy: classes.
Index output_count(const Spec& spec, const Dataset& data);

}  // namespace gradclinic
