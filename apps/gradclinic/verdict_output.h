#pragma once

#include <CLI/App.hpp>
#include <string>

#include "gradclinic/report/diagnosis_report.h"
#include "gradclinic/support/error.h"

namespace gradclinic {

/// How a diagnosis is told.
struct VerdictOutput {
  std::string html;
  std::string sarif;
  bool json = false;
};

/// --json, --html, --sarif.
void add_output_options(CLI::App& app, VerdictOutput& output);

/// Prints the diagnosis, and writes the files that were asked for. Throws StoreError.
void tell(const VerdictOutput& output, const DiagnosisReport& report);

/// What the program ends with.
ExitCode exit_code_of(Health verdict);

}  // namespace gradclinic
