#include "gradclinic/logs/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data/damage.h"
#include "gradclinic/logs/export_tensorboard.h"
#include "gradclinic/logs/loss_survey.h"
#include "logs/made_log.h"
#include "record/made_run.h"

namespace gradclinic {
namespace {

TEST(Log, QuantitiesAreFoundByTheirTags) {
  const TemporaryFolder folder;
  const std::string path = write_log(folder, "run",
                                     {{"train/loss", {4, 2, 1}},
                                      {"train/acc", {10, 50, 90}},
                                      {"val/loss", {3, 2}, 2},
                                      {"val/acc", {20, 80}, 2},
                                      {"lr", {0.1, 0.1, 0.01}},
                                      {"grad_norm", {1, 2, 3}},
                                      {"grad_norm/fc1.weight", {5, 6, 7}},
                                      {"grad_norm/fc1.bias", {50, 60, 70}},
                                      {"grad_norm/fc2.bias", {8, 9}},
                                      {"gpu/memory", {1}}});
  const Log log = read_log(path);
  const Record& record = log.record;
  EXPECT_EQ(record.name, "run");
  EXPECT_EQ(record.series("loss").values, (std::vector<float>{4, 2, 1}));
  EXPECT_EQ(record.series("lr").values, (std::vector<float>{0.1f, 0.1f, 0.01f}));
  EXPECT_EQ(record.series("gradient_norm").values, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(record.series("survey.loss").values, (std::vector<float>{4, 2, 1}));
  EXPECT_EQ(record.series("survey.accuracy").values, (std::vector<float>{0.1f, 0.5f, 0.9f}));
  EXPECT_EQ(record.series("validation_loss").steps, (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(record.series("validation_accuracy").values, (std::vector<float>{0.2f, 0.8f}));
  EXPECT_EQ(record.series("data.constant_loss").values, (std::vector<float>{4}));
  EXPECT_EQ(log.layers, (std::vector<std::string>{"fc1", "fc2"}));
  EXPECT_EQ(record.series("weight_grad.l2", 1).values, (std::vector<float>{5, 6, 7}));
  EXPECT_EQ(record.series("weight_grad.l2", 2).values[1], 9);
  EXPECT_TRUE(std::isnan(record.series("weight_grad.l2", 2).values[2]));
  EXPECT_EQ(log.unread, (std::vector<std::string>{"grad_norm/fc1.bias", "gpu/memory"}));
  EXPECT_EQ(record.outcome.status, "logged");
  EXPECT_EQ(record.outcome.steps, 2);
  EXPECT_EQ(record.outcome.final_loss, 1);
}

TEST(Log, OfSeveralTagsTheOneWithMostValuesCounts) {
  const TemporaryFolder folder;
  const Log log = read_log(write_log(folder, "run", {{"train_loss_epoch", {9, 8}}, {"train_loss_step", {4, 2, 1}}}));
  EXPECT_EQ(log.record.series("loss").values, (std::vector<float>{4, 2, 1}));
  EXPECT_EQ(log.read, (std::vector<std::string>{"train_loss_step (training loss)"}));
  EXPECT_EQ(log.unread, (std::vector<std::string>{"train_loss_epoch"}));
}

TEST(Log, FoldersForTrainingAndValidationAreOneRun) {
  const TemporaryFolder folder;
  write_log(folder, "keras/train", {{"epoch_loss", {4, 2}}});
  const std::string path = write_log(folder, "keras/validation", {{"epoch_loss", {5, 3}}});
  const Log log = read_log(folder / "keras");
  EXPECT_EQ(log.record.series("loss").values, (std::vector<float>{4, 2}));
  EXPECT_EQ(log.record.series("validation_loss").values, (std::vector<float>{5, 3}));
  EXPECT_EQ(log.files.size(), 2U);
}

TEST(Log, SeveralTrainingsInOneFolderAreRefused) {
  const TemporaryFolder folder;
  for (const char* run : {"all/version_0", "all/version_1", "all/version_2"})
    write_log(folder, run, {{"train_loss", {4, 2}}});
  const std::string error = error_of([&] { read_log(folder / "all"); });
  EXPECT_NE(error.find("3 trainings"), std::string::npos) << error;
  EXPECT_NE(error.find("version_0, version_1, version_2"), std::string::npos) << error;
  EXPECT_EQ(read_log(folder / "all/version_1").record.series("loss").values.size(), 2U);
}

TEST(Log, LayersSortedAsTextsAreNumberedByTheirValue) {
  const TemporaryFolder folder;
  const Log sorted = read_log(
      write_log(folder, "a", {{"grad_norm/layers.0", {1}}, {"grad_norm/layers.10", {3}}, {"grad_norm/layers.2", {2}}}));
  EXPECT_EQ(sorted.layers, (std::vector<std::string>{"layers.0", "layers.2", "layers.10"}));
  EXPECT_EQ(sorted.record.series("weight_grad.l2", 3).values, std::vector<float>{3});
  const Log as_defined =
      read_log(write_log(folder, "b", {{"grad_norm/stem", {1}}, {"grad_norm/body", {2}}, {"grad_norm/head", {3}}}));
  EXPECT_EQ(as_defined.layers, (std::vector<std::string>{"stem", "body", "head"}));
}

TEST(Log, OfAStepThatComesTwiceTheLaterValueCounts) {
  const TemporaryFolder folder;
  folder.write("run/events.out.tfevents.1.host", made_log({{"loss", {5, 4, 3, 2}}}));
  EventFileWriter resumed("", 200);
  for (const std::int64_t step : {2, 3, 4}) resumed.add_scalar("loss", step, 200, 0.5f);
  folder.write("run/events.out.tfevents.2.host", resumed.file());
  const Log log = read_log(folder / "run");
  EXPECT_EQ(log.record.series("loss").values, (std::vector<float>{5, 4, 0.5, 0.5, 0.5}));
  EXPECT_EQ(log.record.series("loss").steps, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  ASSERT_EQ(log.remarks.size(), 1U);
  EXPECT_NE(log.remarks[0].find("2 steps of loss"), std::string::npos) << log.remarks[0];
}

TEST(Log, ValidationByEpochIsSpreadOverTheSteps) {
  const TemporaryFolder folder;
  const Log log =
      read_log(write_log(folder, "run", {{"loss", values_by(101, [](double) { return 1; })}, {"val_loss", {3, 2, 1}}}));
  EXPECT_EQ(log.record.series("validation_loss").steps, (std::vector<std::int64_t>{0, 50, 100}));
  EXPECT_EQ(log.remarks.size(), 1U);
}

TEST(Log, ALossThatIsNoNumberIsAnEventAndAtTheEndDivergence) {
  const TemporaryFolder folder;
  const Log passing = read_log(write_log(folder, "a", {{"loss", {4, NAN, 2}}, {"grad_norm/fc", {1, 1, INFINITY}}}));
  EXPECT_EQ(passing.record.outcome.status, "logged");
  ASSERT_EQ(passing.record.events.size(), 1U);
  EXPECT_EQ(passing.record.events[0].step, 1);
  EXPECT_EQ(passing.record.events[0].text, "loss");
  const Log ending = read_log(write_log(folder, "b", {{"loss", {4, 2, INFINITY}}}));
  EXPECT_EQ(ending.record.outcome.status, "diverged");
}

TEST(Log, OneFileIsReadWhateverItsName) {
  const TemporaryFolder folder;
  const std::string path = folder.write("renamed", made_log({{"loss", {4, 2}}}));
  EXPECT_TRUE(is_log(path));
  EXPECT_EQ(read_log(path).record.series("loss").values, (std::vector<float>{4, 2}));
  EXPECT_FALSE(is_log(folder.write("text", "no log at all")));
  EXPECT_FALSE(is_log(folder / "missing"));
}

TEST(Log, ACutFileIsReadAsFarAsItGoesAndADamagedOneNamed) {
  const TemporaryFolder folder;
  std::string file = made_log({{"loss", {4, 2, 1}}});
  const std::string path = folder.write("run/events.out.tfevents.1.host", file.substr(0, file.size() - 3));
  const Log cut = read_log(folder / "run");
  EXPECT_EQ(cut.record.series("loss").values, (std::vector<float>{4, 2}));
  ASSERT_EQ(cut.remarks.size(), 1U);
  EXPECT_NE(cut.remarks[0].find("ends within a record, at byte"), std::string::npos);
  file[file.size() / 2] ^= 1;
  write_bytes(path, file);
  const std::string error = error_of([&] { read_log(folder / "run"); });
  EXPECT_TRUE(error.starts_with("[" + path + ", byte ")) << error;
}

TEST(Log, AFolderWithoutEventFilesIsAnError) {
  const TemporaryFolder folder;
  EXPECT_NE(error_of([&] { read_log(folder.path()); }).find("no event files"), std::string::npos);
  EXPECT_FALSE(is_log(folder.path()));
}

TEST(Log, OfARecordOfOursEveryColumnComesBack) {
  const TemporaryFolder folder;
  MemoryRecorder memory;
  make_run(memory, 60);
  const Record& made = memory.record();
  export_tensorboard(made, folder / "log");
  const Log log = read_log(folder / "log");
  for (const auto& [name, table] : made.tables)
    for (const Column& column : table.columns) {
      const Series written = made.series(column.quantity, column.layer);
      const Series read = log.record.series(column.quantity, column.layer);
      EXPECT_EQ(read.steps, written.steps) << column.quantity;
      EXPECT_TRUE(same_bits(read.values, written.values)) << column.quantity;
    }
}

/// By the definition: the median of each twentieth.
TEST(LossSurvey, HoldsTheMediansOfTwentieths) {
  Series loss;
  for (int step = 0; step < 333; ++step) {
    loss.steps.push_back(step);
    loss.values.push_back(static_cast<float>((step * 7919) % 1000));
  }
  const Table survey = survey_of(loss);
  ASSERT_EQ(survey.rows(), kLogSurveys + 1);
  EXPECT_EQ(survey.values[0], loss.values[0]);
  for (std::size_t part = 0; part < kLogSurveys; ++part) {
    std::vector<float> values(loss.values.begin() + static_cast<std::ptrdiff_t>(part * 333 / 20),
                              loss.values.begin() + static_cast<std::ptrdiff_t>((part + 1) * 333 / 20));
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    const float middle = values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
    EXPECT_EQ(survey.values[part + 1], middle);
  }
  EXPECT_EQ(survey.steps.back(), 332);
  loss.values.back() = INFINITY;
  EXPECT_EQ(survey_of(loss).values.back(), INFINITY);
}

}  // namespace
}  // namespace gradclinic
