#include <cstdio>

#include "fixture.h"
#include "gradclinic/report/render.h"

// write_fixture FOLDER: the fixture's report, for tests that open it in a browser.
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (const std::string& path : gradclinic::write_report(gradclinic::testing::fixture(), argv[1]))
    std::printf("%s\n", path.c_str());
  std::printf("%s", gradclinic::terminal_summary(gradclinic::testing::fixture(), false, 100).c_str());
}
