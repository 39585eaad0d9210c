#include <gtest/gtest.h>

#include <sstream>

#include "diagnosis_fixture.h"
#include "gradclinic/report/diagnosis_figures.h"
#include "gradclinic/report/diagnosis_json.h"
#include "gradclinic/support/utf8.h"

namespace gradclinic {
namespace {

class DiagnosisReportTest : public ::testing::Test {
 protected:
  Diagnosis diagnosis_ = testing::diagnosis_fixture();
  Record record_ = testing::diagnosed_record();
  DiagnosisReport report_{.diagnosis = diagnosis_, .record = record_, .spec = "net.toml", .spec_path = "a b/net.toml"};
};

std::size_t position(const std::string& text, const std::string& part) {
  const std::size_t found = text.find(part);
  EXPECT_NE(found, std::string::npos) << part << "\nin\n" << text;
  return found;
}

TEST_F(DiagnosisReportTest, TextHasTheVerdictFirstAndTheChainAsATree) {
  const std::string text = diagnosis_text(report_, false, 100);
  EXPECT_EQ(text.find("✗ sick"), 0U) << text;
  const std::vector<std::string> order = {"✗ sick",
                                          "It learns clearly less",
                                          "Cause: unnormalized-input",
                                          "250  about 0",
                                          "\n  └ saturated-activation  from step 12 on, in layers 1 to 3 and 7",
                                          "\n     └ vanishing-gradient",
                                          "loss 0.12 instead of 0.91",
                                          "standardize-inputs, batch-norm",
                                          "gradclinic fix net.toml",
                                          "warm-up: The learning rate",
                                          "update_ratio was not recorded: update-ratio, over-clipping"};
  for (std::size_t i = 1; i < order.size(); ++i)
    EXPECT_LT(position(text, order[i - 1]), position(text, order[i])) << order[i] << "\n" << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST_F(DiagnosisReportTest, TextFitsItsColumnsAndColoursOnlyWhenAsked) {
  for (int columns : {60, 80, 100}) {
    std::istringstream lines(diagnosis_text(report_, false, columns));
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(decode_utf8(line).size(), static_cast<std::size_t>(columns)) << line;
  }
  EXPECT_NE(diagnosis_text(report_, true, 100).find("\x1b[1;31m✗ sick"), std::string::npos);
}

TEST_F(DiagnosisReportTest, TextOfAHealthyTrainingNamesNoCause) {
  diagnosis_.verdict = Health::healthy;
  diagnosis_.findings.clear();
  const std::string text = diagnosis_text(report_, false, 100);
  EXPECT_EQ(text.find("✓ healthy"), 0U) << text;
  EXPECT_EQ(text.find("Cause"), std::string::npos) << text;
  EXPECT_EQ(text.find("gradclinic fix"), std::string::npos) << text;
}

TEST_F(DiagnosisReportTest, ASymptomOfItselfIsNoEndlessTree) {
  diagnosis_.findings[1].caused_by = "vanishing-gradient";
  diagnosis_.findings[2].caused_by = "saturated-activation";
  EXPECT_FALSE(diagnosis_text(report_, false, 100).empty());
}

TEST_F(DiagnosisReportTest, JsonKeepsTheOrderAndHasNoNaN) {
  const nlohmann::ordered_json json = to_json(report_);
  EXPECT_EQ(json["verdict"], "sick");
  EXPECT_EQ(json["findings"].size(), 3U);
  EXPECT_EQ(json["findings"][0]["caused_by"], nullptr);
  EXPECT_EQ(json["findings"][0]["evidence"][1]["value"], "Infinity");
  EXPECT_EQ(json["findings"][2]["evidence"][0]["value"], nullptr);
  EXPECT_EQ(json["trials"][2]["loss"], "Infinity");
  EXPECT_EQ(json["gaps"][2]["pathology"], nullptr);
  EXPECT_NEAR(json["run"]["loss"].get<double>(), 0.91, 1e-6) << "of a constant prediction's";
  EXPECT_EQ(nlohmann::json::parse(diagnosis_json_text(report_)), nlohmann::json(json));
}

TEST_F(DiagnosisReportTest, SarifNamesTheSpecAndTheLevels) {
  const nlohmann::json log = nlohmann::json::parse(diagnosis_sarif_text(report_));
  const nlohmann::json& results = log["runs"][0]["results"];
  ASSERT_EQ(results.size(), 4U);
  EXPECT_EQ(results[0]["level"], "error");
  EXPECT_EQ(results[1]["level"], "warning");
  EXPECT_EQ(results[3]["level"], "note");
  EXPECT_EQ(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b/net.toml");
  EXPECT_EQ(log["runs"][0]["tool"]["driver"]["version"], "1.2.3");
}

TEST_F(DiagnosisReportTest, FiguresShowWhatTheFindingsNeed) {
  std::map<std::string, Figure> figures;
  for (const Figure& figure : diagnosis_figures(report_)) figures[figure.id] = figure;
  ASSERT_TRUE(figures.contains("loss"));
  EXPECT_EQ(figures["loss"].curves.back().label, "constant prediction");
  ASSERT_TRUE(figures.contains("survey.saturated-by-layer")) << "saturated-activation needs it";
  const Curve& last = figures["survey.saturated-by-layer"].curves.back();
  EXPECT_EQ(last.x, (std::vector<double>{1, 2, 3}));
  EXPECT_NEAR(last.median[0], 0.9, 1e-6);
  ASSERT_TRUE(figures.contains("pre_activation_grad.l2-by-layer"));
  EXPECT_TRUE(figures["pre_activation_grad.l2-by-layer"].log_y);
  EXPECT_FALSE(figures.contains("update_ratio-by-layer")) << "it was not recorded";
}

TEST_F(DiagnosisReportTest, NoTextOfThePageEndsItsScript) {
  const std::string page = diagnosis_page(report_);
  EXPECT_EQ(page.find("varies & </script>"), std::string::npos);
  EXPECT_NE(page.find("varies & \\u003c/script>"), std::string::npos);
}

TEST_F(DiagnosisReportTest, AChangeIsToldWithoutWhatTheSpecSaysAlready) {
  const Trial trial{.suspect = "reference",
                    .change = "model.norm = none, train.lr = 0.5, train.epochs = 0, train.steps = 70, model.depth = 3"};
  EXPECT_EQ(short_change(report_, trial), "train.lr = 0.5, train.steps = 70");
  EXPECT_EQ(short_change(report_, {.suspect = "reference", .change = "model.depth = 3"}), "the spec as it is");
}

TEST(LayersText, NamesRanges) {
  EXPECT_EQ(layers_text({}), "the whole network");
  EXPECT_EQ(layers_text({3}), "layer 3");
  EXPECT_EQ(layers_text({2, 1}), "layers 1 and 2");
  EXPECT_EQ(layers_text({9, 2, 7, 5, 8}), "layers 2, 5 and 7 to 9");
}

}  // namespace
}  // namespace gradclinic
