#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gradclinic/spec/experiment.h"
#include "gradclinic/spec/toml.h"

namespace gradclinic {
namespace {

const std::string kPage = std::string(GRADCLINIC_SOURCE) + "/docs/spec.md";

std::string read_page() {
  std::ostringstream text;
  text << std::ifstream(kPage).rdbuf();
  return text.str();
}

/// Names of a catalogue are the files of its folder: the page links there instead of repeating them.
std::string allowed_cell(const KeyDescription& row) {
  if (row.catalogue.empty()) return row.allowed;
  const std::string folder = (row.catalogue == "sets" ? "data/" : "net/") + row.catalogue;
  return "a file's name in [" + folder + "](../src/gradclinic/" + folder + ")";
}

std::string table_of(const std::vector<KeyDescription>& rows) {
  std::string table = "| key | default | allowed | meaning |\n| --- | --- | --- | --- |\n";
  for (const KeyDescription& row : rows) {
    const std::string value = row.default_value.empty() || row.default_value == "required"
                                  ? row.default_value
                                  : "`" + row.default_value + "`";
    table += "| `" + row.key + "` | " + value + " | " + allowed_cell(row) + " | " + row.meaning + " |\n";
  }
  return table;
}

/// The page with the tables between its markers made new.
std::string renewed(std::string page, const std::string& name, const std::string& table) {
  const std::string begin = "<!-- " + name + ": generated -->\n";
  const std::string end = "<!-- end of " + name + " -->";
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end);
  if (from == std::string::npos || to == std::string::npos) return "no markers for " + name;
  return page.replace(from + begin.size(), to - from - begin.size(), table);
}

TEST(Documentation, ListsEveryKeyAsThePageOfTheProgramDoes) {
  const std::string page = read_page();
  ASSERT_FALSE(page.empty()) << kPage;
  const std::string expected = renewed(renewed(page, "spec keys", table_of(describe_spec())), "experiment keys",
                                       table_of(describe_experiment()));
  if (std::getenv("GRADCLINIC_WRITE_DOCS")) std::ofstream(kPage) << expected;
  EXPECT_EQ(read_page(), expected) << "to renew the tables, run with GRADCLINIC_WRITE_DOCS=1";
}

/// The texts of the page's fenced blocks of a language.
std::vector<std::string> blocks(const std::string& language) {
  const std::string page = read_page();
  const std::string fence = "```" + language + "\n";
  std::vector<std::string> found;
  for (std::size_t from = page.find(fence); from != std::string::npos; from = page.find(fence, from)) {
    from += fence.size();
    found.push_back(page.substr(from, page.find("```", from) - from));
  }
  return found;
}

TEST(Documentation, EveryExampleIsValid) {
  const std::vector<std::string> examples = blocks("toml");
  ASSERT_GE(examples.size(), 2U);
  for (const std::string& example : examples) {
    if (example.find("[experiment]") == std::string::npos) {
      EXPECT_NO_THROW(validate(parse_spec(example, "docs/spec.md"), "docs/spec.md"));
    } else {
      EXPECT_NO_THROW(parse_experiment(example, "docs/spec.md"));
    }
  }
}

TEST(Documentation, EveryShownErrorIsWhatTheProgramSays) {
  const std::vector<std::string> errors = blocks("text error");
  ASSERT_EQ(errors.size(), 1U);
  std::string said;
  try {
    parse_spec("[model]\ndepth = 10\nnorm = \"btach\"\n", "spec.toml");
  } catch (const std::exception& error) {
    said = error.what();
  }
  EXPECT_EQ(errors[0], said + "\n");
}

}  // namespace
}  // namespace gradclinic
