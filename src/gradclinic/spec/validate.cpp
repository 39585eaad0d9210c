#include "gradclinic/spec/validate.h"

#include <fmt/format.h>

#include <algorithm>

#include "gradclinic/spec/fields.h"
#include "gradclinic/spec/model_mistakes.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"

namespace gradclinic {

namespace {

constexpr double kMostBytes = 8.0 * 1024 * 1024 * 1024;

double gigabytes(double numbers) { return numbers * sizeof(float) / (1024.0 * 1024 * 1024); }

std::optional<Mistake> too_large(const std::string& key, const std::string& what, double numbers,
                                 const std::string& advice) {
  if (numbers * sizeof(float) <= kMostBytes) return std::nullopt;
  return Mistake{key, "", what + " would take more than 8 GiB", fmt::format("{:.1f} GiB", gigabytes(numbers)), advice};
}

/// The sizes that can be known before the data is read.
std::optional<Mistake> find_size_mistake(const Spec& spec) {
  const auto samples = static_cast<double>(spec.data.samples);
  const auto inputs = static_cast<double>(spec.data.features);
  const auto outputs = static_cast<double>(std::max(spec.data.outputs, spec.data.classes));
  const auto depth = static_cast<double>(spec.model.depth);
  const auto width = static_cast<double>(spec.model.width);
  if (auto mistake =
          too_large("data.samples", "the samples", samples * (inputs + static_cast<double>(spec.data.outputs)),
                    "lower data.samples or data.features")) {
    return mistake;
  }
  const double parameters = parameter_count(spec.model, inputs, outputs);
  if (auto mistake = too_large("model.width", "the parameters", parameters, "lower model.width or model.depth")) {
    return mistake;
  }
  const double batch = spec.train.batch > 0 ? std::min(static_cast<double>(spec.train.batch), samples) : samples;
  const bool in_steps = spec.model.token > 0 && makes_features(spec.data);
  const double steps = in_steps ? inputs / static_cast<double>(spec.model.token) : 1;
  return too_large("model.width", "one batch's activations", depth * width * batch * steps,
                   "lower model.width, model.depth or train.batch");
}

std::optional<Mistake> find_data_mistake(const DataSpec& data) {
  const auto needs = [&](const char* key, const std::string& value) -> std::optional<Mistake> {
    if (!value.empty()) return std::nullopt;
    return Mistake{std::string("data.") + key, "data.set", "is missing", "",
                   "data.set = \"" + data.set + "\" needs it"};
  };
  std::optional<Mistake> mistake;
  if (data.set == "csv") {
    mistake = needs("path", data.path);
    if (!mistake) mistake = needs("target", data.target);
  } else if (data.set == "npy") {
    mistake = needs("inputs", data.inputs);
    if (!mistake) mistake = needs("targets", data.targets);
  }
  return mistake;
}

}  // namespace

bool makes_features(const DataSpec& data) {
  static const std::vector<std::string> read = {"cifar10", "csv", "fashion-mnist", "mnist", "npy"};
  return std::find(read.begin(), read.end(), data.set) == read.end();
}

std::optional<Mistake> find_mistake(const Spec& spec) {
  const TrainSpec& train = spec.train;
  if (spec.model.kind == "outside") return std::nullopt;  // what was trained elsewhere is possible
  if (auto mistake = find_data_mistake(spec.data)) return mistake;
  if (auto mistake = find_model_mistake(spec)) return mistake;
  if (auto mistake = find_size_mistake(spec)) return mistake;
  if (train.epochs > 0 && train.steps > 0) {
    return Mistake{"train.steps", "train.epochs", "epochs and steps are both given",
                   fmt::format("epochs = {}, steps = {}", train.epochs, train.steps), "leave one of them out, or at 0"};
  }
  if (train.schedule == "step" && train.step_every < 1) {
    return Mistake{"train.step_every", "train.schedule", "schedule step needs the number of steps between falls",
                   fmt::format("{}", train.step_every), "allowed: a whole number of at least 1"};
  }
  return std::nullopt;
}

void validate(const Spec& spec, const std::string& where) {
  Spec copy = spec;
  for (const Field& field : fields_of(copy)) check_field(field, place(where, 0, field.key));
  const std::optional<Mistake> mistake = find_mistake(spec);
  if (mistake) throw BadInput(place(where, 0, mistake->key), mistake->what, mistake->got, mistake->advice);
}

}  // namespace gradclinic
