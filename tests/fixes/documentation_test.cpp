#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fixes/patient.h"
#include "gradclinic/fixes/random_changes.h"

namespace gradclinic {
namespace {

const std::string kPage = std::string(GRADCLINIC_SOURCE) + "/docs/fixes.md";

std::string read_page() {
  std::ostringstream text;
  text << std::ifstream(kPage).rdbuf();
  return text.str();
}

std::string fixes_table() {
  std::string table = "| fix | what it does | keeps the weights |\n| --- | --- | --- |\n";
  for (const Fix& fix : all_fixes())
    table += "| `" + fix.id + "` | " + fix.summary + " | " + (fix.keeps_weights() ? "with `--from`" : "") + " |\n";
  return table;
}

TEST(FixDocumentation, ListsTheCatalogue) {
  const std::string page = read_page();
  const std::string begin = "<!-- fixes: generated -->\n";
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find("<!-- end of fixes -->");
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  std::string expected = page;
  expected.replace(from + begin.size(), to - from - begin.size(), fixes_table());
  if (std::getenv("GRADCLINIC_WRITE_DOCS")) std::ofstream(kPage) << expected;
  EXPECT_EQ(read_page(), expected) << "to renew the table, run with GRADCLINIC_WRITE_DOCS=1";
}

TEST(FixDocumentation, NamesEveryKeyOfTheBaseline) {
  const std::string page = read_page();
  const Spec spec = patient({{"data.set", "teacher"}, {"train.loss", "mse"}});
  const Record record = record_of(spec);
  const Chart chart(record);
  Pilot pilot(chart, {});
  for (const RandomKey& key : random_keys({spec, chart, pilot}))
    EXPECT_NE(page.find("`" + key.key + "`"), std::string::npos) << key.key;
}

}  // namespace
}  // namespace gradclinic
