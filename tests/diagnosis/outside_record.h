// Records of two steps of a network that another framework trains, made by hand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diagnosis/made_record.h"
#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {

inline const std::string kNetwork = R"([model]
kind = "outside"
layers = "a b"
depth = 2
width = 8
[train]
loss = "cross_entropy"
steps = 2
)";
inline const std::string kSgd = kNetwork + "lr = 0.1\n";
inline const std::string kAdam = kNetwork + "lr = 0.001\noptimizer = \"adam\"\n";

/// Two steps of two layers, of which the first gets this gradient and is changed by this much. `arrives`: the gradient
/// that comes to its output; `left`: the norm of all gradients when the optimizer steps.
inline Record trained(const std::string& spec, float gradient, float update, float lr, float arrives = 1,
                      float left = 1) {
  Record record;
  record.spec = spec;
  record.outcome = {.status = "finished", .steps = 2};
  add_table(record, "step", {0, 1},
            {{{"lr", 0}, {0, lr}},
             {{"gradient_norm", 0}, {1, 1}},
             {{"clipped_gradient_norm", 0}, {left, left}},
             {{"weight.l2", 1}, {2, 2}},
             {{"weight.l2", 2}, {2, 2}},
             {{"pre_activation_grad.l2", 1}, {arrives, arrives}},
             {{"pre_activation_grad.l2", 2}, {1, 1}},
             {{"weight_grad.l2", 1}, {gradient, gradient}},
             {{"weight_grad.l2", 2}, {1, 1}},
             {{"update.l2", 1}, {0, update}},
             {{"update.l2", 2}, {0, 0.1F}}});
  add_table(record, "survey", {0, 2},
            {{{"survey.loss", 0}, {1, 0.9F}},
             {{"survey.weight_deviation", 1}, {0.1F, 0.1F}},
             {{"survey.weight_deviation", 2}, {0.1F, 0.1F}}});
  return record;
}

inline std::optional<Finding> found(const std::string& id, const Record& record) {
  return find_pathology(id)->examine(Chart(record));
}

inline std::vector<std::vector<Change>> without(const std::string& id, const Record& record) {
  return find_pathology(id)->without(Chart(record));
}

/// A training by a loop of the user's, with that fact of the loop, and its last loss.
inline Record with_fact(const std::string& name, float value, float last_loss, const std::string& spec = kSgd) {
  Record record = trained(spec, 1, 0.1F, 0.1F);
  record.tables["survey"].values[3] = last_loss;  // in the second row of three columns
  add_table(record, "data", {0},
            {{{"data." + name, 0}, {value}},
             {{"data.target_values", 0}, {10}},
             {{"data.largest_class", 0}, {0.5F}},
             {{"data.samples", 0}, {100}}});
  return record;
}

}  // namespace gradclinic
