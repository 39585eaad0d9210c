#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gradclinic/spec/spec.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic::torch {

/// What tests/torch/training.py has written, made once a program.
inline const TemporaryFolder& cases() {
  static const TemporaryFolder folder;
  static const ShellResult made = shell(
      "OMP_NUM_THREADS=1 /usr/bin/python3 '" GRADCLINIC_SOURCE "/tests/torch/training.py' '" + folder.path() + "'");
  if (made.exit_code != 0) throw std::runtime_error("tests/torch/training.py failed: " + made.output);
  return folder;
}

inline nlohmann::json eager(const std::string& name) {
  return nlohmann::json::parse(std::ifstream(cases() / (name + ".json")));
}

/// The spec of a case's training.
inline Spec spec_of(const nlohmann::json& run) {
  Spec spec;
  spec.name = "case";
  spec.seed = run["seed"];
  spec.model.kind = "outside";
  spec.train = {.loss = run["loss"],
                .optimizer = run["optimizer"],
                .lr = run["lr"],
                .batch = run["batch"],
                .steps = run["steps"],
                .clip_norm = run["clip"]};
  return spec;
}

}  // namespace gradclinic::torch
