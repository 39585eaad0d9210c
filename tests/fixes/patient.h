#pragma once

#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/fixes/trial.h"
#include "gradclinic/record/run.h"

namespace gradclinic {

/// A small classification that trains within a fraction of a second; changes make it ill.
inline Spec patient(const std::vector<Change>& changes = {}) {
  Spec spec;
  spec.name = "patient";
  spec.seed = 3;
  spec.data = {.set = "circle", .samples = 200, .features = 2, .validation = 0.3};
  spec.model = {.depth = 4, .width = 16, .activation = "relu", .init = "he_normal"};
  spec.train = {.loss = "bce", .optimizer = "momentum", .lr = 0.1, .steps = 120};
  return with(spec, changes);
}

inline Record record_of(const Spec& spec) {
  MemoryRecorder recorder;
  run(spec, recorder);
  return recorder.take();
}

/// A diagnosis that names a cause, as the doctor would.
inline Diagnosis sick_of(const std::string& pathology) {
  Diagnosis diagnosis{.verdict = Health::sick, .summary = "does not train"};
  diagnosis.findings.push_back(
      {.pathology = pathology, .role = "cause", .confidence = 1, .fixes = find_pathology(pathology)->fixes});
  return diagnosis;
}

}  // namespace gradclinic
