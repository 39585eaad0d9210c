#include "gradclinic/spec/case.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "spec/error_of.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The pathologies that a case may have, and the look-alikes that are none.
const std::set<std::string> kPathologies = {"vanishing-gradient",
                                            "exploding-gradient",
                                            "dead-relu",
                                            "saturated-activation",
                                            "bad-init-scale",
                                            "symmetric-init",
                                            "learning-rate-too-high",
                                            "learning-rate-too-low",
                                            "loss-plateau",
                                            "divergence",
                                            "non-finite",
                                            "unnormalized-input",
                                            "unscaled-target",
                                            "over-clipping",
                                            "momentum-too-high",
                                            "over-regularized",
                                            "excess-dropout",
                                            "undertrained",
                                            "overfitting",
                                            "unlearnable-labels",
                                            "class-imbalance",
                                            "gradient-noise",
                                            "tiny-batch-norm",
                                            "rank-collapse",
                                            "update-ratio",
                                            "disconnected-parameter",
                                            "wrong-output-or-loss"};
const std::set<std::string> kLookAlikes = {"catapult",  "edge-of-stability",   "sparse-relu",
                                           "converged", "class-prior-plateau", "warm-up"};

/// A folder with one base, "small", and the case "small/one" of this text.
class Folder {
 public:
  explicit Folder(const std::string& text = "") {
    folder_.write("small/base.toml", "name = \"small\"\n[model]\ndepth = 3\n");
    if (!text.empty()) folder_.write("small/one.toml", text);
  }
  const TemporaryFolder& files() const { return folder_; }
  std::vector<Case> load() const { return load_cases(folder_.path()); }
  std::string error() const {
    const std::string text = error_of([&] { load(); });
    return std::regex_replace(text, std::regex(folder_.path()), "");
  }

 private:
  TemporaryFolder folder_;
};

TEST(Cases, ABaseIsAHealthyCaseAndItsCasesChangeIt) {
  const Folder folder(
      "verdict = \"sick\"\ncause = \"learning-rate-too-high\"\naccept = [\"divergence\"]\nnote = \"High.\"\n"
      "[change]\n\"train.lr\" = 3\nmodel.depth = 5\n");
  const std::vector<Case> cases = folder.load();
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].id, "small/base");
  EXPECT_EQ(cases[0].verdict, "healthy");
  EXPECT_EQ(cases[0].base, "small");
  EXPECT_EQ(cases[1].id, "small/one");
  EXPECT_EQ(cases[1].verdict, "sick");
  EXPECT_EQ(cases[1].cause, "learning-rate-too-high");
  EXPECT_EQ(cases[1].accept, std::vector<std::string>{"divergence"});
  EXPECT_EQ(cases[1].note, "High.");
  EXPECT_EQ(cases[1].spec.train.lr, 3);
  EXPECT_EQ(cases[1].spec.model.depth, 5);
  EXPECT_EQ(cases[1].spec.name, "small/one");
  EXPECT_EQ(cases[1].base_spec.train.lr, Spec{}.train.lr);
  EXPECT_EQ(cases[1].base_spec.model.depth, 3);
  EXPECT_EQ(cases[1].spec.folder, folder.files().path() + "/small");
}

TEST(Cases, EverySecondBaseIsHeldOut) {
  const TemporaryFolder folder;
  for (const std::string name : {"b", "a", "d", "c"}) folder.write(name + "/base.toml", "name = \"" + name + "\"\n");
  folder.write("aa-tables/numbers.csv", "x,y\n");
  std::map<std::string, bool> held_out;
  for (const Case& each : load_cases(folder.path())) held_out[each.base] = each.held_out;
  EXPECT_EQ(held_out, (std::map<std::string, bool>{{"a", false}, {"b", true}, {"c", false}, {"d", true}}));
}

TEST(Cases, MistakesNameFileLineKeyAndValue) {
  const std::string change = "[change]\n\"train.lr\" = 3.0\n";
  const std::string sick = "note = \"n\"\nverdict = \"sick\"\ncause = \"divergence\"\n";
  const std::string healthy = "note = \"n\"\nverdict = \"healthy\"\n";
  EXPECT_THAT(Folder("note = \"n\"\nverdict = \"sik\"\n" + change).error(),
              AllOf(StartsWith("[/small/one.toml:2 verdict]"), HasSubstr("`sik`"), HasSubstr("sick")));
  EXPECT_THAT(Folder(sick + "causes = \"x\"\n" + change).error(),
              AllOf(StartsWith("[/small/one.toml:4 causes]"), HasSubstr("cause")));
  EXPECT_THAT(Folder("note = \"n\"\nverdict = \"sick\"\n" + change).error(),
              AllOf(StartsWith("[/small/one.toml cause]"), HasSubstr("without its cause")));
  EXPECT_THAT(Folder(healthy + "cause = \"divergence\"\n" + change).error(),
              AllOf(StartsWith("[/small/one.toml:3 cause]"), HasSubstr("`divergence`")));
  EXPECT_THAT(Folder(healthy + "accept = [\"divergence\"]\n" + change).error(),
              StartsWith("[/small/one.toml:3 accept]"));
  EXPECT_THAT(Folder(sick + "look_alike = \"catapult\"\n" + change).error(),
              StartsWith("[/small/one.toml:4 look_alike]"));
  EXPECT_THAT(Folder(sick + "accept = \"divergence\"\n" + change).error(),
              AllOf(StartsWith("[/small/one.toml:4 accept]"), HasSubstr("not an array")));
  EXPECT_THAT(Folder(sick + "accept = [1]\n" + change).error(), StartsWith("[/small/one.toml:4 accept]"));
  EXPECT_THAT(Folder(sick + "[change]\n\"train.lrr\" = 3.0\n").error(),
              AllOf(StartsWith("[/small/one.toml:5 change train.lrr]"), HasSubstr("3.0"), HasSubstr("train.lr")));
  EXPECT_THAT(Folder(sick + "[change]\n\"train.lr\" = \"fast\"\n").error(),
              AllOf(StartsWith("[/small/one.toml:5 change train.lr]"), HasSubstr("fast")));
  EXPECT_THAT(Folder(sick + "[change]\n\"model.depth\" = 2\n\"model.residual\" = true\n").error(),
              AllOf(StartsWith("[/small/one.toml model.residual]"), HasSubstr("depth = 2")));
  EXPECT_THAT(Folder(sick + "[change]\n").error(), HasSubstr("changes nothing"));
  EXPECT_THAT(Folder(sick + "[change]\n\"model.depth\" = 3\n").error(), HasSubstr("has already"));
  EXPECT_THAT(Folder(sick).error(), HasSubstr("change"));
  EXPECT_THAT(Folder("verdict = \"healthy\"\n" + change).error(), HasSubstr("note"));
}

TEST(Cases, FoldersWithoutABaseAreMistakes) {
  const Folder folder;
  folder.files().write("lost/one.toml", "");
  EXPECT_THAT(folder.error(), AllOf(StartsWith("[/lost]"), HasSubstr("base.toml")));
  const Folder misnamed;
  misnamed.files().write("other/base.toml", "name = \"small\"\n");
  EXPECT_THAT(misnamed.error(), AllOf(StartsWith("[/other/base.toml name]"), HasSubstr("`small`")));
  const TemporaryFolder empty;
  EXPECT_THAT(error_of([&] { load_cases(empty.path()); }), HasSubstr("no cases"));
  EXPECT_THAT(error_of([&] { load_cases(empty.path() + "/missing"); }), HasSubstr("missing"));
}

/// The benchmark in the repository.
class Benchmark : public testing::Test {
 protected:
  static const std::vector<Case>& cases() {
    static const std::vector<Case> all = load_cases(std::string(GRADCLINIC_SOURCE) + "/cases");
    return all;
  }
  static int count(bool held_out, const std::string& verdict) {
    return static_cast<int>(std::count_if(cases().begin(), cases().end(), [&](const Case& each) {
      return each.held_out == held_out && each.verdict == verdict;
    }));
  }
};

TEST_F(Benchmark, HasEnoughOfBothKindsInBothHalves) {
  std::set<std::string> bases;
  for (const Case& each : cases()) bases.insert(each.base);
  EXPECT_GE(bases.size(), 8u);
  EXPECT_GE(count(false, "sick") + count(true, "sick"), 60);
  EXPECT_GE(count(false, "healthy") + count(true, "healthy"), 60);
  for (const bool held_out : {false, true}) {
    EXPECT_GE(count(held_out, "sick"), 25);
    EXPECT_GE(count(held_out, "healthy"), 25);
  }
}

TEST_F(Benchmark, EveryPathologyIsTheCauseOnTwoBases) {
  std::map<std::string, std::set<std::string>> bases;
  for (const Case& each : cases())
    if (each.verdict == "sick") bases[each.cause].insert(each.base);
  std::set<std::string> causes;
  for (const auto& [cause, where] : bases) {
    causes.insert(cause);
    EXPECT_GE(where.size(), 2u) << cause;
  }
  EXPECT_EQ(causes, kPathologies);
}

TEST_F(Benchmark, EveryLookAlikeIsThereTwice) {
  std::map<std::string, int> times;
  for (const Case& each : cases()) {
    for (const std::string& cause : each.accept) EXPECT_TRUE(kPathologies.count(cause)) << each.id << ": " << cause;
    ++times[each.look_alike];
    if (each.look_alike.empty()) continue;
    EXPECT_TRUE(kPathologies.count(each.look_alike) || kLookAlikes.count(each.look_alike)) << each.id;
  }
  for (const std::string& look_alike : kLookAlikes) EXPECT_GE(times[look_alike], 2) << look_alike;
}

/// The table of cases/README.md.
std::string table_of(const std::vector<Case>& cases) {
  std::map<std::string, std::array<int, 2>> rows;
  std::array<int, 2> bases{};
  for (const Case& each : cases) {
    const std::size_t half = each.held_out ? 1 : 0;
    bases[half] += each.id == each.base + "/base";
    ++rows[each.verdict == "sick" ? "1 sick" : "0 healthy"][half];
    if (each.verdict == "sick") ++rows["2 sick: " + each.cause][half];
    if (!each.look_alike.empty()) ++rows["3 healthy, looks like " + each.look_alike][half];
  }
  std::string text =
      fmt::format("| cases | tuning | held out |\n| --- | --- | --- |\n| bases | {} | {} |\n", bases[0], bases[1]);
  for (const auto& [name, halves] : rows)
    text += fmt::format("| {} | {} | {} |\n", name.substr(2), halves[0], halves[1]);
  return text;
}

TEST_F(Benchmark, TheReadmeCountsThem) {
  std::ifstream file(std::string(GRADCLINIC_SOURCE) + "/cases/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  EXPECT_TRUE(readme.find("-->\n" + table_of(cases()) + "<!-- end of counts") != std::string::npos)
      << "its table should be\n"
      << table_of(cases());
}

/// Every label was accepted by bench/label_cases when it wrote labels.json.
TEST_F(Benchmark, EveryLabelWasAccepted) {
  std::ifstream file(std::string(GRADCLINIC_SOURCE) + "/cases/labels.json");
  const auto labels = nlohmann::json::parse(file);
  EXPECT_EQ(labels.size(), cases().size());
  for (const Case& each : cases()) {
    ASSERT_TRUE(labels.contains(each.id)) << each.id;
    EXPECT_EQ(labels[each.id]["verdict"], each.verdict) << each.id;
    EXPECT_EQ(labels[each.id]["accepted"], true) << each.id;
    EXPECT_EQ(labels[each.id]["change"], nlohmann::json(changes_of(each)))
        << each.id << " changed since: label it again";
  }
}

}  // namespace
}  // namespace gradclinic
