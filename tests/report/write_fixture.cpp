#include <cstdio>

#include "diagnosis_fixture.h"
#include "fixture.h"
#include "gradclinic/report/render.h"
#include "gradclinic/support/file.h"

// write_fixture FOLDER: the fixture's report and a diagnosis's page, for tests that open it in a browser.
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const std::string& path : gradclinic::write_report(gradclinic::testing::fixture(), argv[1]))
    std::printf("%s\n", path.c_str());
  const gradclinic::Diagnosis diagnosis = gradclinic::testing::diagnosis_fixture();
  const gradclinic::Record record = gradclinic::testing::diagnosed_record();
  gradclinic::write_file(std::string(argv[1]) + "/diagnosis.html",
                         gradclinic::diagnosis_page(
                             {.diagnosis = diagnosis, .record = record, .spec = "net.toml", .spec_path = "net.toml"}));
  std::printf("%s", gradclinic::terminal_summary(gradclinic::testing::fixture(), false, 100).c_str());
}
