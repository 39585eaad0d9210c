#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fixture.h"
#include "gradclinic/report/results_json.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

using Json = nlohmann::ordered_json;

Json document(const LabResults& results) { return to_json(results, write_up(results)); }

TEST(ResultsJson, SpellsWhatJsonHasNoNumberFor) {
  const Json json = document(testing::fixture());
  const Json& curve = json["experiments"][2]["figures"][0]["curves"][0];
  EXPECT_EQ(curve["label"], "learning rate 1.5, no clipping");
  EXPECT_TRUE(curve["median"][41].is_number());
  EXPECT_EQ(curve["median"][42], "Infinity");
  EXPECT_TRUE(curve["median"][43].is_null());
  LabResults negative;
  negative.seconds = -INFINITY;
  EXPECT_EQ(document(negative)["seconds"], "-Infinity");
}

TEST(ResultsJson, IsParsedByAStrictParser) {
  const std::string text = pretty_json(document(testing::fixture()));
  EXPECT_TRUE(Json::accept(text));
  EXPECT_EQ(text.find("NaN"), std::string::npos);
}

TEST(ResultsJson, KeepsEveryDigitAndTheOrderOfKeys) {
  LabResults results = testing::fixture();
  results.seconds = 0.1 + 0.2;
  const std::string text = pretty_json(document(results));
  EXPECT_NE(text.find("0.30000000000000004"), std::string::npos);
  EXPECT_LT(text.find("\"format\""), text.find("\"started\""));
  EXPECT_LT(text.find("\"treatments\""), text.find("\"write_up\""));
  EXPECT_LT(text.find("\"write_up\""), text.find("\n \"experiments\": ["));
  EXPECT_EQ(text, pretty_json(document(results)));
}

TEST(ResultsJson, CountsTheVerdicts) {
  const Json counts = document(testing::fixture())["counts"];
  EXPECT_EQ(counts["claims"], 9);
  EXPECT_EQ(counts["supported"], 5);
  EXPECT_EQ(counts["refuted"], 1);
  EXPECT_EQ(counts["inconclusive"], 2);
  EXPECT_EQ(counts["vacuous"], 1);
}

TEST(ResultsJson, ComesBackWhole) {
  const std::string text = pretty_json(document(testing::fixture()));
  const LabResults again = read_results(text);
  EXPECT_EQ(again.experiments.size(), 6U);
  EXPECT_TRUE(std::isinf(again.experiments[2].figures[0].curves[0].median[42]));
  EXPECT_TRUE(std::isnan(again.experiments[2].figures[0].curves[0].median[43]));
  EXPECT_EQ(again.treatments.back().fix, "gradient clipping");
  EXPECT_EQ(again.experiments[4].claims[0].threshold, 2);
  EXPECT_TRUE(std::isnan(again.experiments[0].claims[0].threshold));
  EXPECT_EQ(again.patients.size(), 4U);
  EXPECT_EQ(again.patients[2].random->changes.front(), "model.width = 100");
  EXPECT_FALSE(again.patients[1].random);
  EXPECT_EQ(again.experiments[0].claims[1].verdict, Verdict::refuted);
  EXPECT_EQ(pretty_json(document(again)), text);
}

TEST(ResultsJson, ReplacesBytesThatAreNoText) {
  LabResults results;
  results.started = "caf\xe9";
  const std::string text = pretty_json(document(results));
  EXPECT_EQ(read_results(text).started, "caf\xEF\xBF\xBD");
}

TEST(PrettyJson, KeepsPlainArraysOnALine) {
  const Json json = {{"values", {1, 2.5, nullptr}}, {"objects", {{{"a", 1}}, {{"a", 2}}}}, {"none", Json::array()}};
  EXPECT_EQ(pretty_json(json),
            "{\n \"values\": [1,2.5,null],\n \"objects\": [\n  {\n   \"a\": 1\n  },\n  {\n   \"a\": 2\n  }\n ],\n"
            " \"none\": []\n}\n");
}

std::string error_of(const std::string& json) {
  try {
    read_results(json);
  } catch (const BadInput& error) {
    return error.what();
  }
  return "no error";
}

TEST(ReadResults, NamesWhatIsWrong) {
  EXPECT_NE(error_of("{").find("is no JSON"), std::string::npos);
  EXPECT_NE(error_of("[]").find("format"), std::string::npos);
  EXPECT_NE(error_of("{\"format\": \"other\"}").find("other"), std::string::npos);
  Json json = document(testing::fixture());
  json["experiments"][0]["claims"][0]["verdict"] = "maybe";
  EXPECT_NE(error_of(json.dump()).find("maybe"), std::string::npos);
  json = document(testing::fixture());
  json["experiments"][0].erase("title");
  EXPECT_NE(error_of(json.dump()).find("`title` is missing"), std::string::npos);
  json = document(testing::fixture());
  json["treatments"][0]["interval"] = {1};
  EXPECT_NE(error_of(json.dump()).find("interval"), std::string::npos);
  json["treatments"] = 7;
  EXPECT_NE(error_of(json.dump()).find("treatments"), std::string::npos);
}

TEST(FigurePath, LeavesNoWayOutOfTheFolder) {
  ExperimentResult experiment;
  experiment.id = "../../x";
  Figure figure;
  figure.id = "a b/c";
  EXPECT_EQ(figure_path(experiment, figure), "figures/..-..-x-a-b-c.svg");
}

}  // namespace
}  // namespace gradclinic
