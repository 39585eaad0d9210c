#include "gradclinic/diagnosis/chart.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "diagnosis/made_record.h"
#include "diagnosis/patient.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

Record made() {
  Record record;
  record.spec = "[model]\ndepth = 3\n";
  add_table(record, "step", {0, 2, 4, 6, 8, 10, 12, 14, 16, 18},
            {{{"loss", 0}, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}},
             {{"weight.l2", 1}, {1, NAN, 3, INFINITY, 5, 6, 7, 8, 9, 10}},
             {{"weight.l2", 2}, std::vector<float>(10, NAN)}});
  add_table(record, "survey", {0, 18}, {{{"survey.loss", 0}, {2, 1}}, {{"survey.dead", 2}, {0.25F, 0.75F}}});
  add_table(record, "data", {0}, {{{"data.input_rms", 0}, {1.5F}}});
  add_table(record, "rank", {}, {{{"activation.effective_rank", 1}, {}}});
  return record;
}

TEST(Chart, ReducesWindowsOfRows) {
  const Record record = made();
  const Chart chart(record);
  EXPECT_EQ(chart.depth(), 3);
  EXPECT_EQ(chart.hidden(), 2);
  EXPECT_EQ(chart.median("loss", 0, kWhole), 4.5);
  EXPECT_EQ(chart.median("loss", 0, {0, 0}), 9) << "one row at least";
  EXPECT_EQ(chart.median("loss", 0, kStart), 9);
  EXPECT_EQ(chart.median("loss", 0, kEnd), 0.5);
  EXPECT_EQ(chart.median("loss", 0, {1, 1}), 0) << "the last row";
  EXPECT_EQ(chart.median("loss", 0, {0, 0.3}), 8);
  EXPECT_EQ(chart.largest("loss", 0, {0.2, 0.5}), 7);
  EXPECT_EQ(chart.rows("loss"), 10U);
  EXPECT_EQ(chart.step("loss", 3), 6);
}

TEST(Chart, LeavesOutWhatIsNotFinite) {
  const Record record = made();
  const Chart chart(record);
  EXPECT_EQ(chart.median("weight.l2", 1, {0, 0.4}), 2) << "of 1 and 3";
  EXPECT_EQ(chart.largest("weight.l2", 1, kWhole), 10);
  EXPECT_TRUE(std::isnan(chart.median("weight.l2", 1, {0.1, 0.2})));
  EXPECT_TRUE(std::isnan(chart.largest("weight.l2", 2, kWhole)));
  EXPECT_TRUE(std::isnan(chart.median("weight.l2", 2, kWhole)));
}

TEST(Chart, WhatWasNotRecordedIsNaNOrEmpty) {
  const Record record = made();
  const Chart chart(record);
  EXPECT_TRUE(chart.has("loss"));
  EXPECT_FALSE(chart.has("accuracy"));
  EXPECT_FALSE(chart.has("activation.effective_rank")) << "a table without rows";
  EXPECT_EQ(chart.rows("accuracy"), 0U);
  EXPECT_TRUE(chart.series("accuracy").empty());
  EXPECT_TRUE(chart.series("weight.l2", 7).empty()) << "no such layer";
  EXPECT_TRUE(std::isnan(chart.median("accuracy", 0, kWhole)));
  EXPECT_TRUE(std::isnan(chart.largest("weight.l2", 7, kWhole)));
  EXPECT_TRUE(std::isnan(chart.fact("samples")));
  EXPECT_TRUE(std::isnan(chart.surveyed_last("alike", 1)));
  EXPECT_EQ(chart.onset("accuracy", 0, [](float) { return true; }), -1);
}

TEST(Chart, FactsAndSurveys) {
  const Record record = made();
  const Chart chart(record);
  EXPECT_EQ(chart.fact("input_rms"), 1.5);
  EXPECT_EQ(chart.surveyed_first("dead", 2), 0.25);
  EXPECT_EQ(chart.surveyed_last("dead", 2), 0.75);
  EXPECT_EQ(chart.onset("survey.dead", 2, [](float share) { return share > 0.5F; }), 18);
  EXPECT_EQ(chart.onset("loss", 0, [](float loss) { return loss < 7.5F; }), 4);
  EXPECT_EQ(chart.onset("loss", 0, [](float loss) { return loss > 100; }), -1);
}

TEST(Chart, OfARealRunAgreesWithItsRecord) {
  const Record record = record_of(patient({{"data.validation", "0.2"}, {"watch.every", "7"}}));
  const Chart chart(record);
  EXPECT_EQ(chart.spec(), patient({{"data.validation", "0.2"}, {"watch.every", "7"}}));
  for (const auto& [name, table] : record.tables)
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const Column& own = table.columns[column];
      ASSERT_TRUE(chart.has(own.quantity)) << own.quantity;
      std::vector<float> values;
      for (std::size_t row = 0; row < table.rows(); ++row)
        values.push_back(table.values[row * table.columns.size() + column]);
      const std::vector<float> series = chart.series(own.quantity, own.layer);
      const auto same = [](float one, float other) { return one == other || (std::isnan(one) && std::isnan(other)); };
      EXPECT_TRUE(std::ranges::equal(series, values, same)) << own.quantity << " of layer " << own.layer;
    }
}

TEST(Chart, ASpecThatCannotBeReadIsBadInput) {
  Record record = made();
  record.spec = "[model]\ndepth = \"deep\"\n";
  EXPECT_THROW(Chart{record}, BadInput);
  record.spec = "[model";
  EXPECT_THROW(Chart{record}, BadInput);
}

}  // namespace
}  // namespace gradclinic
