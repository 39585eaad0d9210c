#include "gradclinic/report/render.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "fixture.h"
#include "gradclinic/report/page.h"
#include "gradclinic/report/renderer.h"
#include "gradclinic/report/results_json.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

namespace fs = std::filesystem;

class WriteReport : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              (std::string("gradclinic-report-") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(WriteReport, WritesEveryFormAndNothingElse) {
  const std::vector<std::string> written = write_report(testing::fixture(), (folder_ / "deep" / "er").string());
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_ / "deep" / "er"))
    if (entry.is_regular_file()) found.push_back(entry.path().string());
  std::vector<std::string> told = written;
  std::sort(told.begin(), told.end());
  std::sort(found.begin(), found.end());
  EXPECT_EQ(told, found);
  for (const char* name : {"report.html", "report.md", "results.json", "figures/gradient-flow-weight-gradients.svg"})
    EXPECT_TRUE(fs::exists(folder_ / "deep" / "er" / name)) << name;
}

TEST_F(WriteReport, WritesTheSameTwice) {
  write_report(testing::fixture(), folder_.string());
  const std::string before = read("report.html") + read("report.md") + read("results.json");
  write_report(testing::fixture(), folder_.string());
  EXPECT_EQ(before, read("report.html") + read("report.md") + read("results.json"));
}

TEST_F(WriteReport, SaysWhereItCannotWrite) {
  std::ofstream(folder_) << "a file where a folder should be";
  try {
    write_report(testing::fixture(), folder_.string());
    FAIL() << "no error";
  } catch (const StoreError& error) {
    EXPECT_NE(std::string(error.what()).find(folder_.string()), std::string::npos) << error.what();
    EXPECT_EQ(error.exit_code(), ExitCode::store);
  }
}

TEST_F(WriteReport, ReadsBackWhatItWrote) {
  write_report(testing::fixture(), folder_.string());
  EXPECT_EQ(read_results(read("results.json")).runs, 1820);
}

std::string document(const std::string& path, const LabResults& results) {
  const WriteUp text = write_up(results);
  for (const Renderer& renderer : renderers::all())
    for (const Document& made : renderer.render({.results = results, .text = text}))
      if (made.path == path) return made.text;
  ADD_FAILURE() << path << " is not made";
  return "";
}

TEST(Html, CarriesTheDataOnceAndEscaped) {
  const std::string html = document("report.html", testing::fixture());
  EXPECT_EQ(html.find(kPageDataMark), std::string::npos);
  const std::string open = "<script type=\"application/json\" id=\"results\">";
  const std::size_t begin = html.find(open) + open.size();
  const std::string data = html.substr(begin, html.find("</script>", begin) - begin);
  EXPECT_EQ(data.find('<'), std::string::npos);
  const LabResults again = read_results(data);
  EXPECT_EQ(again.experiments[1].claims[1].says, testing::fixture().experiments[1].claims[1].says);
  EXPECT_NEAR(again.experiments[0].figures[0].curves[0].median[0], 7.1e-9, 1e-12);
  EXPECT_EQ(html.find("<script>alert"), std::string::npos);
}

TEST(Html, NeedsNothingFromOutside) {
  const std::string html = document("report.html", testing::fixture());
  static const std::regex address(R"((https?:)?//[A-Za-z0-9.-]+\.[a-z]{2,}[^"'\s<>]*)");
  for (auto found = std::sregex_iterator(html.begin(), html.end(), address); found != std::sregex_iterator(); ++found) {
    EXPECT_TRUE(found->str().starts_with("http://www.w3.org/")) << found->str();
  }
  EXPECT_EQ(html.find("<link rel=\"stylesheet\""), std::string::npos);
  EXPECT_EQ(html.find(" src="), std::string::npos);
  EXPECT_EQ(html.find("@import"), std::string::npos);
}

TEST(Markdown, HoldsClaimsFixesFiguresAndLiterature) {
  const std::string text = document("report.md", testing::fixture());
  for (const char* part :
       {"✗ refuted | ReLU maintains better gradient flow than tanh | × 0.13 (0.09 to 0.19) | 20 |",
        "| **batch norm** | ✓ supported | – | × 8e-4 (6e-4 to 0.0012) of final loss, treated / untreated | 20 |",
        "![Training loss](figures/clipping-real-loss.svg)", "### ∅ What never came to the test",
        "### vanishing-gradient",
        "| **batch-norm** | ✓ | 0.03 | -0.93 (-0.98 to -0.89) | 5 | 0.0238 | gone | × 1.21 | × 1 | – |",
        "| best of 9 random changes: model.width = 100 | – | 0.9 |",
        "| **cosine-schedule** | – | 0.97 | 0.01 (-0.04 to 0.05) | 2 | 0.41 | not looked at | – | × 1 | – |",
        "The doctor calls 1 patient healthy: nothing to fix.", "Pascanu et al. 2013"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

TEST(Markdown, KeepsTablesWholeWhateverTheTextHolds) {
  const std::string text = document("report.md", testing::fixture());
  EXPECT_EQ(text.find("<script>"), std::string::npos);
  EXPECT_NE(text.find("a \\| bar, \\`code\\`"), std::string::npos);
  std::istringstream lines(text);
  long columns = 0;
  for (std::string line; std::getline(lines, line);) {
    long bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    if (!line.starts_with("|")) {
      columns = 0;
      continue;
    }
    if (columns) {
      EXPECT_EQ(bars, columns) << line;
    }
    columns = bars;
  }
}

TEST(Terminal, FitsItsWidthAndPaintsOnlyWhenAsked) {
  const std::string plain = terminal_summary(testing::fixture(), false, 70);
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(terminal_summary(testing::fixture(), true, 70).find("\x1b[31m✗ refuted\x1b[0m"), std::string::npos);
  std::istringstream lines(plain);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(std::count_if(line.begin(), line.end(), [](char byte) { return (byte & 0xC0) != 0x80; }), 70) << line;
  EXPECT_NE(plain.find("5 supported"), std::string::npos);
}

TEST(Renderers, SurviveEmptyResults) {
  const LabResults nothing;
  EXPECT_NE(document("report.html", nothing).find("\"experiments\":[]"), std::string::npos);
  EXPECT_NE(document("report.md", nothing).find("0 claims"), std::string::npos);
  EXPECT_FALSE(terminal_summary(nothing, false, 80).empty());
}

}  // namespace
}  // namespace gradclinic
