#include "gradclinic/spec/model_mistakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gradclinic/spec/toml.h"

namespace gradclinic {

namespace {

/// Which kinds have a key that not every kind has.
struct Owned {
  const char* key;
  std::vector<std::string> kinds;
};

const std::vector<Owned>& owned_keys() {
  static const std::vector<Owned> keys = {
      {"model.activation", {"mlp", "cnn", "transformer"}},
      {"model.norm", {"mlp", "cnn", "transformer"}},
      {"model.residual", {"mlp", "cnn"}},
      {"model.cell", {"rnn"}},
      {"model.token", {"rnn", "transformer"}},
      {"model.heads", {"transformer"}},
      {"model.pre_norm", {"transformer"}},
      {"model.stride", {"cnn"}},
  };
  return keys;
}

std::optional<Mistake> find_foreign_key(const Spec& spec) {
  for (const auto& [key, kinds] : owned_keys()) {
    if (std::find(kinds.begin(), kinds.end(), spec.model.kind) != kinds.end()) continue;
    const std::string value = get_key(spec, key);
    const std::string usual = get_key({}, key);
    if (value != usual) {
      return Mistake{key, "model.kind", "networks of kind " + spec.model.kind + " do not have it", value,
                     "leave it out, or at " + usual};
    }
  }
  return std::nullopt;
}

std::optional<Mistake> too_shallow(const ModelSpec& model, std::int64_t least, const std::string& layers) {
  if (model.depth >= least) return std::nullopt;
  return Mistake{"model.depth", "model.kind", "too few layers", std::to_string(model.depth),
                 fmt::format("{} needs a depth of at least {}: {}", model.kind, least, layers)};
}

std::optional<Mistake> find_step_mistake(const Spec& spec) {
  const std::int64_t token = spec.model.token;
  if (token < 1) {
    return Mistake{"model.token", "model.kind", "is missing", "",
                   "the number of features that make a time step of kind " + spec.model.kind};
  }
  if (!makes_features(spec.data) || spec.data.features % token == 0) return std::nullopt;
  return Mistake{"model.token", "data.features", "does not divide the features into whole time steps",
                 std::to_string(token), fmt::format("data.features = {}", spec.data.features)};
}

std::optional<Mistake> find_mlp_mistake(const Spec& spec) {
  const ModelSpec& model = spec.model;
  if (model.residual && model.depth < 3) {
    return Mistake{"model.residual", "model.depth", "no block to add an input to",
                   fmt::format("model.depth = {}", model.depth), "residual needs a depth of at least 3"};
  }
  const bool single = spec.train.batch == 1 || (spec.train.batch == 0 && spec.data.samples == 1);
  if (model.norm == "batch" && single) {
    return Mistake{"model.norm", "train.batch", "batch norm cannot normalize a batch of 1", "batch",
                   "use a train.batch of at least 2, or model.norm = \"layer\""};
  }
  return std::nullopt;
}

std::optional<Mistake> find_cnn_mistake(const ModelSpec& model) {
  if (auto mistake = too_shallow(model, 2, "a convolution and the output layer")) return mistake;
  if (model.residual && (model.depth < 4 || model.depth % 2 != 0)) {
    return Mistake{"model.residual", "model.depth", "the convolutions behind the first do not come in pairs",
                   fmt::format("model.depth = {}", model.depth),
                   "a cnn with residual needs an even depth of at least 4: the first convolution, pairs of them, the "
                   "output layer"};
  }
  return std::nullopt;
}

std::optional<Mistake> find_transformer_mistake(const ModelSpec& model) {
  if (auto mistake = too_shallow(model, 3, "the embedding, a block and the output layer")) return mistake;
  if (model.norm == "batch") {
    return Mistake{"model.norm", "model.kind", "a transformer has no batch norm", model.norm, "allowed: none, layer"};
  }
  if (model.width % model.heads != 0) {
    return Mistake{"model.width", "model.heads", "not a multiple of the heads", std::to_string(model.width),
                   fmt::format("model.heads = {}", model.heads)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Mistake> find_model_mistake(const Spec& spec) {
  const ModelSpec& model = spec.model;
  if (model.kind == "outside") return std::nullopt;
  if (auto mistake = find_foreign_key(spec)) return mistake;
  if (model.kind == "mlp") return find_mlp_mistake(spec);
  if (model.kind == "cnn") return find_cnn_mistake(model);
  if (auto mistake = find_step_mistake(spec)) return mistake;
  if (model.kind == "rnn") return too_shallow(model, 2, "a recurrent layer and the output layer");
  return find_transformer_mistake(model);
}

double parameter_count(const ModelSpec& model, double inputs, double outputs) {
  const auto depth = static_cast<double>(model.depth);
  const auto width = static_cast<double>(model.width);
  const auto token = static_cast<double>(model.token);
  // Three stages of width, 2 width and 4 width channels: (1 + 4 + 16) / 3 on the average.
  if (model.kind == "cnn") return (depth - 2) * 9 * 7 * width * width + 4 * width * outputs;
  if (model.kind == "rnn") {
    const double gates = model.cell == "lstm" ? 4 : model.cell == "gru" ? 3 : 1;
    return gates * width * (token + width + 2 * (depth - 2) * width) + outputs * (width + 1);
  }
  // A block: four projections of the attention, and to 4 width and back.
  if (model.kind == "transformer") return width * token + (depth - 2) * 12 * width * width + outputs * (width + 1);
  if (depth < 2) return outputs * (inputs + 1);
  return width * (inputs + 1) + (depth - 2) * width * (width + 1) + outputs * (width + 1);
}

}  // namespace gradclinic
