#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "diagnosis_fixture.h"
#include "gradclinic/record/run.h"
#include "gradclinic/record/store.h"
#include "gradclinic/spec/toml.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

const std::string kSound = R"(
name = "sound"
[data]
set = "teacher"
samples = 60
features = 4
noise = 0.0
[model]
depth = 3
width = 12
init = "he_normal"
[train]
optimizer = "adam"
lr = 0.01
steps = 150
)";

/// Weights that are all equal: symmetric-init.
const std::string kSick = R"(
name = "all alike"
[data]
set = "teacher"
samples = 60
features = 4
[model]
depth = 3
width = 12
init = "constant"
init_value = 0.1
[train]
lr = 0.05
steps = 60
)";

class DiagnoseCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(std::filesystem::is_regular_file(GRADCLINIC_PROGRAM)) << "build it first: ninja gradclinic";
    std::ofstream(folder_ / "sound.toml") << kSound;
    std::ofstream(folder_ / "sick.toml") << kSick;
  }
  ShellResult gradclinic(const std::string& arguments) {
    return shell("cd " + folder_.path() + " || exit; OPENBLAS_NUM_THREADS=1 " GRADCLINIC_PROGRAM " " + arguments);
  }
  /// The document, and the exit code that goes with it.
  nlohmann::json diagnose(const std::string& arguments, int exit_code) {
    const ShellResult result = gradclinic("diagnose " + arguments + " --jobs 1 --json 2>errors");
    EXPECT_EQ(result.exit_code, exit_code) << result.output;
    return nlohmann::json::parse(result.output, nullptr, false);
  }
  /// Records a run of which `spoil` has changed the record; its name is "spoiled".
  void store_spoiled(const std::function<void(Record&)>& spoil, const std::string& toml = kSick) {
    Spec spec = parse_spec(toml, "spec");
    spec.name = "spoiled";
    MemoryRecorder memory;
    run(spec, memory);
    Record record = memory.take();
    spoil(record);
    Store store(folder_ / "gradclinic.sqlite");
    const std::unique_ptr<Store::RunRecorder> recorder = store.new_run();
    recorder->begin(record);
    for (const auto& [name, table] : record.tables) {
      recorder->open_table(name, table.columns);
      for (std::size_t row = 0; row < table.rows(); ++row)
        recorder->append(name, table.steps[row], &table.values[row * table.columns.size()]);
    }
    recorder->finish(record.outcome);
  }

  TemporaryFolder folder_;
};

TEST_F(DiagnoseCommandTest, HealthyAndSickHaveTheirExitCodes) {
  EXPECT_EQ(diagnose("sound.toml", 0)["verdict"], "healthy");
  const nlohmann::json sick = diagnose("sick.toml", 1);
  EXPECT_EQ(sick["verdict"], "sick");
  ASSERT_FALSE(sick["findings"].empty());
  EXPECT_EQ(sick["findings"][0]["pathology"], "symmetric-init");
  EXPECT_FALSE(sick["trials"].empty());
  EXPECT_TRUE(diagnose("sick.toml --no-probe", 1)["trials"].empty());
}

TEST_F(DiagnoseCommandTest, SetChangesTheSpec) {
  EXPECT_EQ(diagnose("sound.toml --set model.init=constant --set model.init_value=0.1 --no-probe", 1)["run"]["name"],
            "sound");
  EXPECT_EQ(gradclinic("diagnose sound.toml --set model.init=nothing").exit_code, 2);
}

TEST_F(DiagnoseCommandTest, FilesAreWhatTheDocumentsSay) {
  ASSERT_TRUE(python_has("jsonschema")) << "apt install python3-jsonschema";
  for (const char* of : {"sick.toml", "sound.toml", "sick.toml --before", "last"}) {
    const ShellResult done =
        gradclinic(std::string("diagnose ") + of +
                   " --no-probe --store gradclinic.sqlite --json --sarif log.sarif --html page.html "
                   "2>errors >diagnosis.json");
    EXPECT_LE(done.exit_code, 1) << of;
    const ShellResult check =
        shell("cd " + folder_.path() +
              " && /usr/bin/python3 " GRADCLINIC_SOURCE "/tests/report/check_diagnosis.py diagnosis.json log.sarif");
    EXPECT_EQ(check.output, "valid\n") << of;
    EXPECT_GT(std::filesystem::file_size(folder_ / "page.html"), 50000U) << of;
  }
}

TEST_F(DiagnoseCommandTest, AStoredRunIsJudgedLikeItsSpec) {
  const nlohmann::json of_spec = diagnose("sick.toml --store runs.sqlite", 1);
  for (const char* run : {"last", "1", "'all alike'"}) {
    const nlohmann::json of_run = diagnose(std::string(run) + " --store runs.sqlite", 1);
    EXPECT_EQ(of_run["findings"], of_spec["findings"]) << run;
    EXPECT_EQ(of_run["trials"], of_spec["trials"]) << run;
  }
}

TEST_F(DiagnoseCommandTest, PreFlightJudgesWithoutTraining) {
  const nlohmann::json sick = diagnose("sick.toml --before", 1);
  EXPECT_TRUE(sick["before_training"]);
  EXPECT_EQ(sick["run"]["steps"], 0);
  EXPECT_EQ(sick["findings"][0]["pathology"], "symmetric-init");
  EXPECT_EQ(sick["findings"][0]["severity"], nullptr) << "not known before training";
  const nlohmann::json sound = diagnose("sound.toml --before", 0);
  EXPECT_NE(sound["summary"].get<std::string>().find("before training"), std::string::npos);
  EXPECT_EQ(gradclinic("diagnose last --before --store x").exit_code, 2);
}

TEST_F(DiagnoseCommandTest, AnUnknownRunIsBadInputInOneSentence) {
  for (const char* arguments : {"diagnose nothing", "diagnose nothing.toml", "diagnose"})
    EXPECT_EQ(gradclinic(arguments).exit_code, 2) << arguments;
  gradclinic("run sick.toml --store runs.sqlite");
  const ShellResult unknown = gradclinic("diagnose nothing --store runs.sqlite");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.output.find("nothing"), std::string::npos);
  EXPECT_EQ(std::ranges::count(unknown.output, '\n'), 1) << unknown.output;
  std::ofstream(folder_ / "no.sqlite") << "this is no store";
  EXPECT_EQ(gradclinic("diagnose last --store no.sqlite").exit_code, 4);
}

TEST_F(DiagnoseCommandTest, ARecordWithoutSurveysIsUndecided) {
  store_spoiled([](Record& record) {
    for (const char* table : {"survey", "data"}) record.tables.erase(table);
  });
  const nlohmann::json diagnosis = diagnose("spoiled", 2);
  EXPECT_EQ(diagnosis["verdict"], "undecided");
  EXPECT_NE(diagnosis["summary"].get<std::string>().find("surveys"), std::string::npos) << diagnosis["summary"];
  EXPECT_FALSE(diagnosis["gaps"].empty());
}

TEST_F(DiagnoseCommandTest, ARecordOfNothingIsUndecided) {
  store_spoiled([](Record& record) { record.tables.clear(); });
  EXPECT_EQ(diagnose("spoiled", 2)["verdict"], "undecided");
}

TEST_F(DiagnoseCommandTest, OneStepIsUndecided) {
  const nlohmann::json diagnosis = diagnose("sound.toml --set train.steps=1", 2);
  EXPECT_EQ(diagnosis["verdict"], "undecided");
  EXPECT_NE(diagnosis["summary"].get<std::string>().find("1 step"), std::string::npos) << diagnosis["summary"];
}

TEST_F(DiagnoseCommandTest, NaNEverywhereIsSick) {
  store_spoiled([](Record& record) {
    for (auto& [name, table] : record.tables) std::ranges::fill(table.values, NAN);
    record.outcome.final_loss = NAN;
  });
  EXPECT_EQ(diagnose("spoiled", 1)["verdict"], "sick");
  EXPECT_EQ(diagnose("spoiled --no-probe", 1)["verdict"], "sick");
}

TEST_F(DiagnoseCommandTest, AKilledRunIsJudgedAsFarAsItGoes) {
  store_spoiled([](Record& record) {
    for (auto& [name, table] : record.tables) {
      const auto end = std::ranges::upper_bound(table.steps, 30);
      table.steps.erase(end, table.steps.end());
      table.values.resize(table.rows() * table.columns.size());
    }
    record.outcome = {.status = "running", .steps = 0, .final_loss = NAN, .seconds = 0};
  });
  const nlohmann::json diagnosis = diagnose("spoiled", 1);
  EXPECT_EQ(diagnosis["verdict"], "sick");
  EXPECT_NE(diagnosis["gaps"][0]["reason"].get<std::string>().find("after 31 of 60 steps"), std::string::npos)
      << diagnosis["gaps"];
}

TEST_F(DiagnoseCommandTest, WithoutItsDataARunIsJudgedFromTheRecord) {
  std::ofstream csv(folder_ / "table.csv");
  csv << "x,y\n";
  for (int i = 0; i < 40; ++i) csv << 0.1 * i - 2 << "," << 0.05 * i - 1 << "\n";
  csv.close();
  std::ofstream(folder_ / "table.toml") << "name = \"table\"\n[data]\nset = \"csv\"\npath = \"table.csv\"\ntarget = "
                                           "\"y\"\n[model]\ndepth = 2\nwidth = 8\n"
                                           "[train]\nlr = 0.05\nsteps = 200\n";
  EXPECT_EQ(gradclinic("run table.toml").exit_code, 0);
  EXPECT_FALSE(diagnose("table", 0)["trials"].empty());
  std::filesystem::create_directories(folder_ / "elsewhere");
  std::filesystem::rename(folder_ / "table.csv", folder_ / "elsewhere/table.csv");
  const nlohmann::json alone = diagnose("table", 0);
  EXPECT_TRUE(alone["trials"].empty());
  EXPECT_NE(alone["gaps"].dump().find("nothing was tried"), std::string::npos) << alone["gaps"];
  EXPECT_FALSE(diagnose("table --folder elsewhere", 0)["trials"].empty());
}

TEST_F(DiagnoseCommandTest, CtrlCEndsItWithoutAVerdict) {
  const ShellResult cut = gradclinic(
      "diagnose sick.toml --set train.steps=100000000 --jobs 1 > out 2> log & "
      "while kill -0 $! 2>/dev/null && ! grep -q steps log; do sleep 0.05; done; kill -INT $!; wait $!; code=$?; "
      "cat out log; exit $code");
  EXPECT_EQ(cut.exit_code, 130) << cut.output;
  EXPECT_EQ(cut.output.find("sick\n"), std::string::npos) << cut.output;
}

TEST_F(DiagnoseCommandTest, ExplainTellsAPathology) {
  const ShellResult text = gradclinic("explain vanishing-gradient");
  EXPECT_EQ(text.exit_code, 0);
  for (const char* part :
       {"vanishing-gradient (pathology)", "Mechanism: ", "Judged from: pre_activation_grad.l2",
        "To be told apart from: converged", "Leads to: loss-plateau", "Fixes: he-init", "Reference: "})
    EXPECT_NE(text.output.find(part), std::string::npos) << part << "\n" << text.output;
  EXPECT_NE(gradclinic("explain catapult").output.find("benign look-alike"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
