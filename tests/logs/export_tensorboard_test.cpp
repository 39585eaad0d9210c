#include "gradclinic/logs/export_tensorboard.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

#include "data/damage.h"
#include "gradclinic/instruments/histogram.h"
#include "gradclinic/logs/event_file.h"
#include "gradclinic/support/error.h"
#include "record/made_run.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

Record made_record() {
  MemoryRecorder memory;
  make_run(memory, 40, made_header(), {"finished", 40, 0.25, 20});
  Record record = memory.take();
  Table& table = record.tables["histograms"];
  for (const char* tensor : {"weight", "weight_grad"})
    for (const std::string& bin : histogram_bin_names())
      table.columns.push_back({tensor + std::string(".histogram.") + bin, 2});
  const std::vector<float> magnitudes = {0, 0, 1e-13f, 0.5f, -0.3f, 1, 3, 1e6f};
  std::vector<float> row(2 * kHistogramBins, std::nanf(""));
  fill_histogram({magnitudes.data(), 1, 8}, {row.data(), kHistogramBins});
  table.steps = {10};
  table.values = row;
  return record;
}

std::string hexadecimal(float value) {
  unsigned char bytes[4];
  std::memcpy(bytes, &value, 4);
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", bytes[0], bytes[1], bytes[2], bytes[3]);
}

TEST(ExportTensorboard, AnotherReaderFindsEveryValueOfTheRecord) {
  if (!python_has("google.protobuf")) GTEST_SKIP() << "apt install python3-protobuf protobuf-compiler";
  const TemporaryFolder folder;
  const Record record = made_record();
  const std::string path = export_tensorboard(record, folder / "log");
  EXPECT_EQ(path, folder / "log/events.out.tfevents.1714979289.gradclinic");
  // By the record alone: half a second a step from 2024-05-06T07:08:09Z on.
  std::string expected = "version brain.Event:2 writer gradclinic\n";
  expected +=
      "weight.log2/layer_02 10 1714979294.000 histogram -44.0 18.0 1.000000 [-42.0, -40.0, -38.0, -36.0, -34.0, -32.0, "
      "-30.0, -28.0, -26.0, -24.0, -22.0, -20.0, -18.0, -16.0, -14.0, -12.0, -10.0, -8.0, -6.0, -4.0, -2.0, 0.0, 2.0, "
      "4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0] [0.25, 0.125, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, "
      "0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.125]\n"
      "weight.non_finite_share/layer_02 10 1714979294.000 00000000\n"
      "weight_grad.non_finite_share/layer_02 10 1714979294.000 0000c07f\n";
  for (const char* name : {"step", "validation"}) {
    const Table& table = record.tables.at(name);
    for (std::size_t row = 0; row < table.rows(); ++row)
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        const int layer = table.columns[column].layer;
        expected += fmt::format("{}{} {} {:.3f} {}\n", table.columns[column].quantity,
                                layer ? fmt::format("/layer_0{}", layer) : "", table.steps[row],
                                1714979289 + 0.5 * static_cast<double>(table.steps[row]),
                                hexadecimal(table.values[row * table.columns.size() + column]));
      }
  }
  const ShellResult python = shell("/usr/bin/python3 " GRADCLINIC_SOURCE "/tests/logs/event_tool.py print " + path);
  EXPECT_EQ(python.exit_code, 0);
  EXPECT_EQ(python.output, expected);
}

TEST(ExportTensorboard, OurReaderFindsTheSameBits) {
  const TemporaryFolder folder;
  const Record record = made_record();
  const std::string file = read_bytes(export_tensorboard(record, folder.path()));
  const EventFile read = read_event_file(as_bytes(file), "file");
  EXPECT_EQ(read.writer, kLogWriter);
  std::map<Column, std::vector<float>> columns;
  for (const LoggedScalar& scalar : read.scalars)
    columns[column_of(scalar.tag)].push_back(static_cast<float>(scalar.value));
  for (const Column& column : made_columns())
    EXPECT_TRUE(same_bits(columns.at(column), record.series(column.quantity, column.layer).values)) << column.quantity;
}

TEST(ExportTensorboard, TagsAndColumnsGoBothWays) {
  for (const Column& column : {Column{"loss", 0}, Column{"weight_grad.l2", 3}, Column{"dead", 12}, Column{"x", 123}})
    EXPECT_EQ(column_of(tag_of(column)), column);
  EXPECT_EQ(tag_of({"weight_grad.l2", 3}), "weight_grad.l2/layer_03");
  EXPECT_EQ(column_of("loss/layer_x"), (Column{"loss/layer_x", 0}));
}

TEST(ExportTensorboard, AFileThatCannotBeWrittenIsAnError) {
  const TemporaryFolder folder;
  write_bytes(folder / "occupied", "");
  const std::string message = message_of<StoreError>([&] { export_tensorboard(made_record(), folder / "occupied"); });
  EXPECT_NE(message.find("occupied"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
