#include "diagnosis_fixture.h"

#include <cmath>

#include "gradclinic/spec/toml.h"

namespace gradclinic::testing {

Diagnosis diagnosis_fixture() {
  Finding cause{.pathology = "unnormalized-input",
                .role = "cause",
                .caused_by = {},
                .severity = 0.8,
                .confidence = 0.9,
                .onset_step = 0,
                .layers = {1},
                .evidence = {{"largest mean of a feature", 250, "about 0"},
                             {"smallest standard deviation of a feature that varies & </script>", INFINITY, "about 1"}},
                .rule = "means up to 250",
                .sentence = "Input features are far from mean 0 and deviation 1.",
                .fixes = {"standardize-inputs", "batch-norm"}};
  Finding symptom = cause;
  symptom.pathology = "saturated-activation";
  symptom.role = "symptom";
  symptom.caused_by = "unnormalized-input";
  symptom.onset_step = 12;
  symptom.layers = {1, 2, 3, 7};
  symptom.sentence = "Many units sit where tanh is flat.";
  Finding below = symptom;
  below.pathology = "vanishing-gradient";
  below.caused_by = "saturated-activation";
  below.layers = {};
  below.evidence = {{"factor per layer", NAN, ""}};
  below.sentence = "The gradient shrinks on its way back.";
  Finding note = cause;
  note.pathology = "warm-up";
  note.role = "note";
  note.sentence = "The learning rate is still rising.";
  note.fixes = {};
  return {.verdict = Health::sick,
          .summary = "it learns clearly less than the same data and budget allow: training loss 0.91",
          .findings = {cause, symptom, below},
          .notes = {note},
          .trials = {{"reference", "train.optimizer = adam, data.standardize = true", 100, 0.11, NAN, NAN, 1},
                     {"unnormalized-input", "data.standardize = true", 100, 0.12, NAN, NAN, 0.98},
                     {"vanishing-gradient", "model.norm = batch", 3, INFINITY, NAN, NAN, -1}},
          .gaps = {{"update-ratio", "update_ratio was not recorded"},
                   {"over-clipping", "update_ratio was not recorded"},
                   {"", "the record is damaged"}}};
}

Record diagnosed_record() {
  Spec spec;
  spec.name = "three layers <b>";
  spec.model = {.depth = 3, .width = 8, .activation = "tanh"};
  spec.train.steps = 100;
  Record record;
  record.name = spec.name;
  record.seed = 7;
  record.spec = to_toml(spec);
  record.versions = {{"gradclinic", "1.2.3"}};
  record.started = "2024-05-06T07:08:09Z";
  record.outcome = {.status = "finished", .steps = 100, .final_loss = 1.82, .seconds = 0.5};
  Table& survey = record.tables["survey"];
  survey.columns = {{"survey.loss", 0}};
  for (int layer = 1; layer <= 3; ++layer) survey.columns.push_back({"survey.saturated", layer});
  for (int row = 0; row <= 10; ++row) {
    survey.steps.push_back(10 * row);
    for (float value : {2.0F - 0.018F * static_cast<float>(row), 0.9F, 0.5F, 0.1F}) survey.values.push_back(value);
  }
  Table& data = record.tables["data"];
  data.columns = {{"data.constant_loss", 0}};
  data.steps = {0};
  data.values = {2};
  Table& steps = record.tables["step"];
  for (int layer = 1; layer <= 3; ++layer) steps.columns.push_back({"pre_activation_grad.l2", layer});
  for (int step = 0; step < 100; ++step) {
    steps.steps.push_back(step);
    for (float value : {1e-6F, 1e-3F, 1.0F}) steps.values.push_back(value);
  }
  return record;
}

}  // namespace gradclinic::testing
