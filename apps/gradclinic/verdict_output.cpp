#include "gradclinic/verdict_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "gradclinic/progress.h"
#include "gradclinic/support/file.h"

namespace gradclinic {
namespace {

bool shows_colour() {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && (!refused || !*refused) && !(terminal && std::string(terminal) == "dumb");
}

}  // namespace

void add_output_options(CLI::App& app, VerdictOutput& output) {
  app.add_flag("--json", output.json, "the diagnosis as JSON (docs/diagnosis.md)");
  app.add_option("--html", output.html, "write a page with the evidence plotted");
  app.add_option("--sarif", output.sarif, "write a SARIF 2.1.0 log, for CI");
}

void tell(const VerdictOutput& output, const DiagnosisReport& report) {
  fmt::print("{}", output.json ? diagnosis_json_text(report)
                               : diagnosis_text(report, shows_colour(), terminal_columns(stdout, 100)));
  if (!output.html.empty()) write_file(output.html, diagnosis_page(report));
  if (!output.sarif.empty()) write_file(output.sarif, diagnosis_sarif_text(report));
}

ExitCode exit_code_of(Health verdict) {
  if (verdict == Health::healthy) return ExitCode::ok;
  return verdict == Health::sick ? ExitCode::sick : ExitCode::bad_input;
}

}  // namespace gradclinic
