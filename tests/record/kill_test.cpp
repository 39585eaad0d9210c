#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "gradclinic/record/store.h"
#include "record/made_run.h"
#include "support/child.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

/// Records without end, and tells how many rows are in whole blocks after each of them.
int record_until_killed(const std::string& path, int pipe_end, std::size_t block_rows) {
  Store store(path);
  const auto run = store.new_run(block_rows);
  run->begin(made_header());
  run->open_table("step", made_columns());
  for (std::int64_t step = 0;; ++step) {
    run->append("step", step, made_row(step).data());
    const std::int64_t rows = step + 1;
    if (rows % static_cast<std::int64_t>(block_rows) == 0 && write(pipe_end, &rows, sizeof rows) != sizeof rows)
      return 1;
  }
}

TEST(KilledRun, LeavesEverythingUpToItsLastBlock) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  std::mt19937 random(12345);
  std::int64_t ever_reported = 0;
  for (int kill_count = 1; kill_count <= 25; ++kill_count) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const std::size_t block_rows = 1 + random() % 40;
    const pid_t child = start_child([&] { return record_until_killed(path, ends[1], block_rows); });
    close(ends[1]);
    // Half of them die at some moment after their first block, the others at any moment, also while the file is made.
    std::int64_t reported = 0;
    if (kill_count % 2 == 0) {
      ASSERT_EQ(read(ends[0], &reported, sizeof reported), static_cast<ssize_t>(sizeof reported));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
    kill(child, SIGKILL);
    ASSERT_EQ(wait_for(child), -SIGKILL);
    for (std::int64_t rows; read(ends[0], &rows, sizeof rows) == static_cast<ssize_t>(sizeof rows);) reported = rows;
    close(ends[0]);
    ever_reported = std::max(ever_reported, reported);

    const Store store(path);
    const auto runs = store.runs();
    if (reported == 0 && runs.empty()) continue;
    const Record record = store.find("last");
    EXPECT_EQ(record.outcome.status, "running");
    EXPECT_EQ(count_events(record, "damaged-block"), 0u);
    if (reported > 0) {
      const Table& table = record.tables.at("step");
      EXPECT_GE(table.rows(), static_cast<std::size_t>(reported));
      EXPECT_EQ(record.outcome.steps, static_cast<std::int64_t>(table.rows()));
      expect_beginning(table);
    }
  }
  EXPECT_GT(ever_reported, 0);
}

TEST(KilledRun, IsReadableWithoutWritingAndNextRunsGoOn) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  const int status = wait_for(start_child([&] {
    Store store(path);
    const auto run = store.new_run(10);
    run->begin(made_header("killed"));
    run->open_table("step", made_columns());
    for (std::int64_t step = 0; step < 25; ++step) run->append("step", step, made_row(step).data());
    return raise(SIGKILL);
  }));
  ASSERT_EQ(status, -SIGKILL);
  EXPECT_EQ(Store(path, true).find("killed").tables.at("step").rows(), 20u);
  make_run(*Store(path).new_run(), 30, made_header("next"));
  const Store store(path, true);
  EXPECT_EQ(store.find("killed").tables.at("step").rows(), 20u);
  EXPECT_EQ(store.find("next").tables.at("step").rows(), 30u);
}

}  // namespace
}  // namespace gradclinic
