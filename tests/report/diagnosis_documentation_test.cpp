#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

const std::string kPage = std::string(GRADCLINIC_SOURCE) + "/docs/diagnosis.md";
const std::string kBegin = "<!-- pathologies: generated -->\n";
const std::string kEnd = "<!-- end of pathologies -->";

std::string read_page() {
  std::ostringstream text;
  text << std::ifstream(kPage).rdbuf();
  return text.str();
}

std::string catalogue_table() {
  std::string table = "| id | what it is | leads to | fixes |\n| --- | --- | --- | --- |\n";
  for (const Pathology& pathology : all_pathologies()) {
    const std::string what = (pathology.stage == Stage::benign ? "benign: " : "") + pathology.summary;
    table += "| `" + pathology.id + "` | " + what + " | " + join(pathology.leads_to) + " | " + join(pathology.fixes) +
             " |\n";
  }
  return table;
}

TEST(DiagnosisDocumentation, ListsTheCatalogue) {
  const std::string page = read_page();
  const std::size_t from = page.find(kBegin), to = page.find(kEnd);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::string expected = page.substr(0, from) + kBegin + catalogue_table() + page.substr(to);
  if (std::getenv("GRADCLINIC_WRITE_DOCS")) std::ofstream(kPage) << expected;
  EXPECT_EQ(read_page(), expected) << "to renew the table, run with GRADCLINIC_WRITE_DOCS=1";
}

}  // namespace
}  // namespace gradclinic
