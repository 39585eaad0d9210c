#include "gradclinic/record/record.h"

#include <gtest/gtest.h>

#include "record/made_run.h"

namespace gradclinic {
namespace {

Record two_tables() {
  Record record;
  record.tables["step"] = {{{"loss", 0}, {"l2", 3}, {"l2", 1}}, {0, 2}, {1, 2, 3, 4, 5, 6}};
  record.tables["rank"] = {{{"rank", 2}}, {5}, {7}};
  return record;
}

TEST(Table, FindsAColumnByQuantityAndLayer) {
  const Table table = two_tables().tables.at("step");
  EXPECT_EQ(table.find({"l2", 1}), 2);
  EXPECT_EQ(table.find({"l2", 2}), -1);
  EXPECT_EQ(table.series(2), (std::vector<float>{3, 6}));
}

TEST(Record, SeriesComesFromWhicheverTableHasIt) {
  const Record record = two_tables();
  EXPECT_EQ(record.series("l2", 3).values, (std::vector<float>{2, 5}));
  EXPECT_EQ(record.series("l2", 3).steps, (std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(record.series("rank", 2).steps, (std::vector<std::int64_t>{5}));
  EXPECT_TRUE(record.series("rank", 1).values.empty());
}

TEST(Record, LayersAscend) {
  EXPECT_EQ(two_tables().layers("l2"), (std::vector<int>{1, 3}));
  EXPECT_TRUE(two_tables().layers("l3").empty());
}

}  // namespace
}  // namespace gradclinic
