#include "gradclinic/record/thinning_recorder.h"

#include <gtest/gtest.h>

namespace gradclinic {
namespace {

/// Appends as one who measures is asked to: only every so many steps.
ThinningRecorder fed(std::int64_t steps) {
  ThinningRecorder recorder({{"step", 8}});
  recorder.open_table("step", {{"a", 0}, {"b", 0}});
  for (std::int64_t step = 0; step < steps; ++step) {
    if (step % recorder.interval("step") != 0) continue;
    const float row[] = {static_cast<float>(step), static_cast<float>(-step)};
    recorder.append("step", step, row);
  }
  return recorder;
}

TEST(ThinningRecorder, KeepsAllOfAShortTable) {
  EXPECT_EQ(fed(7).record().tables.at("step").steps, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(fed(7).interval("step"), 1);
}

TEST(ThinningRecorder, KeepsEvenlySpreadRowsFromTheFirst) {
  const ThinningRecorder recorder = fed(1000);
  const Table& table = recorder.record().tables.at("step");
  ASSERT_LT(table.rows(), 8U);
  ASSERT_GE(table.rows(), 4U);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EXPECT_EQ(table.steps[row], static_cast<std::int64_t>(row) * recorder.interval("step"));
    EXPECT_EQ(table.series(0)[row], static_cast<float>(table.steps[row]));
    EXPECT_EQ(table.series(1)[row], -static_cast<float>(table.steps[row]));
  }
  EXPECT_EQ(table.values.size(), table.rows() * 2);
}

TEST(ThinningRecorder, LeavesOtherTablesWhole) {
  ThinningRecorder recorder({{"step", 2}});
  recorder.open_table("data", {{"a", 0}});
  for (int i = 0; i < 10; ++i) {
    const float value = 1;
    recorder.append("data", i, &value);
  }
  EXPECT_EQ(recorder.record().tables.at("data").rows(), 10U);
}

}  // namespace
}  // namespace gradclinic
