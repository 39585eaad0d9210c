#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "gradclinic/record/recorder.h"

namespace gradclinic {

inline Record made_header(const std::string& name = "made run", std::uint64_t seed = 7) {
  Record header;
  header.name = name;
  header.seed = seed;
  header.spec = "name = \"made run\"\n[model]\ndepth = 3\n";
  header.machine = {{"cpu", "a \"fast\" one"}, {"cores", "2"}};
  header.versions = {{"gradclinic", "0.1.0"}};
  header.started = "2024-05-06T07:08:09Z";
  return header;
}

inline std::vector<Column> made_columns() {
  std::vector<Column> columns = {{"loss", 0}};
  for (int layer = 1; layer <= 3; ++layer)
    for (const char* quantity : {"weight_grad.l2", "weight_grad.nan", "dead"}) columns.push_back({quantity, layer});
  return columns;
}

/// Constant, slowly moving and noisy columns, now and then NaN and Inf; the same for the same step.
inline std::vector<float> made_row(std::int64_t step) {
  std::mt19937 bits(static_cast<unsigned>(step));
  std::vector<float> row(made_columns().size(), 0.0f);
  row[0] = 1.0f / static_cast<float>(step + 1);
  for (std::size_t i = 1; i < row.size(); i += 3) row[i] = std::bit_cast<float>(static_cast<std::uint32_t>(bits()));
  row[3] = static_cast<float>(step / 100);
  if (step % 17 == 5) row[6] = std::numeric_limits<float>::quiet_NaN();
  if (step % 19 == 3) row[9] = -std::numeric_limits<float>::infinity();
  return row;
}

/// A whole run: two tables, an event, NaN and Inf among the values.
inline void make_run(Recorder& recorder, std::int64_t steps, const Record& header = made_header(),
                     const Outcome& outcome = {"finished", 0, 0.25, 1.5}) {
  recorder.begin(header);
  recorder.open_table("step", made_columns());
  recorder.open_table("validation", {{"validation.loss", 0}});
  for (std::int64_t step = 0; step < steps; ++step) {
    recorder.append("step", step, made_row(step).data());
    if (step == 10) recorder.add_event({10, "non-finite", 2, "weight_grad, \"first\""});
    if (step % 50 == 49) recorder.append("validation", step, made_row(step).data());
  }
  recorder.finish(outcome);
}

inline bool same_bits(const std::vector<float>& left, const std::vector<float>& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (std::bit_cast<std::uint32_t>(left[i]) != std::bit_cast<std::uint32_t>(right[i])) return false;
  return true;
}

inline void expect_same(const Table& read, const Table& made) {
  EXPECT_EQ(read.columns, made.columns);
  EXPECT_EQ(read.steps, made.steps);
  EXPECT_TRUE(same_bits(read.values, made.values));
}

inline void expect_same(const Record& read, const Record& made) {
  EXPECT_EQ(read.name, made.name);
  EXPECT_EQ(read.seed, made.seed);
  EXPECT_EQ(read.spec, made.spec);
  EXPECT_EQ(read.machine, made.machine);
  EXPECT_EQ(read.versions, made.versions);
  EXPECT_EQ(read.started, made.started);
  ASSERT_EQ(read.tables.size(), made.tables.size());
  for (const auto& [name, table] : made.tables) expect_same(read.tables.at(name), table);
  ASSERT_EQ(read.events.size(), made.events.size());
  for (std::size_t i = 0; i < made.events.size(); ++i) {
    EXPECT_EQ(read.events[i].step, made.events[i].step);
    EXPECT_EQ(read.events[i].kind, made.events[i].kind);
    EXPECT_EQ(read.events[i].layer, made.events[i].layer);
    EXPECT_EQ(read.events[i].text, made.events[i].text);
  }
  EXPECT_EQ(read.outcome.status, made.outcome.status);
  EXPECT_EQ(read.outcome.steps, made.outcome.steps);
  EXPECT_EQ(read.outcome.seconds, made.outcome.seconds);
  if (std::isnan(made.outcome.final_loss))
    EXPECT_TRUE(std::isnan(read.outcome.final_loss));
  else
    EXPECT_EQ(read.outcome.final_loss, made.outcome.final_loss);
}

/// The rows of a run that was cut short: the first rows of the made run, whole and in order.
inline void expect_beginning(const Table& table) {
  ASSERT_EQ(table.values.size(), table.rows() * table.columns.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ASSERT_EQ(table.steps[row], static_cast<std::int64_t>(row));
    const auto begin = table.values.begin() + static_cast<std::ptrdiff_t>(row * table.columns.size());
    ASSERT_TRUE(same_bits({begin, begin + static_cast<std::ptrdiff_t>(table.columns.size())},
                          made_row(static_cast<std::int64_t>(row))));
  }
}

inline std::size_t count_events(const Record& record, const std::string& kind) {
  std::size_t count = 0;
  for (const Event& event : record.events) count += event.kind == kind;
  return count;
}

/// The message of the error that `work` throws; fails when it throws none of that type.
template <class ErrorType, class Work>
std::string message_of(Work&& work) {
  try {
    work();
  } catch (const ErrorType& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return "";
}

}  // namespace gradclinic
