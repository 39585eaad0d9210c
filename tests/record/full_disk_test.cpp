#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "gradclinic/record/cache.h"
#include "gradclinic/record/store.h"
#include "gradclinic/support/error.h"
#include "record/made_run.h"
#include "support/child.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

/// From here on no file of this process grows beyond `bytes`; writing more fails.
void limit_file_size(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(98);
}

TEST(FullDisk, IsAStoreErrorAndWhatWasRecordedStaysReadable) {
  for (const rlim_t limit : {100'000, 200'000, 300'000, 1'000'000}) {
    const TemporaryFolder folder;
    const std::string path = folder / "runs.sqlite";
    make_run(*Store(path).new_run(), 20, made_header("before"));
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = start_child([&] {
      limit_file_size(limit);
      Store store(path);
      const auto run = store.new_run(16);
      run->begin(made_header("too large"));
      run->open_table("step", made_columns());
      std::int64_t step = 0;
      try {
        for (; step < 1'000'000; ++step) run->append("step", step, made_row(step).data());
      } catch (const StoreError& error) {
        const std::int64_t kept = step / 16 * 16;
        const bool says_what = std::string(error.what()).find(path) != std::string::npos;
        return write(ends[1], &kept, sizeof kept) == sizeof kept && says_what ? 42 : 1;
      }
      return 2;
    });
    EXPECT_EQ(wait_for(child), 42);
    std::int64_t kept = -1;
    ASSERT_EQ(read(ends[0], &kept, sizeof kept), static_cast<ssize_t>(sizeof kept));
    close(ends[0]);
    close(ends[1]);

    Store store(path);
    EXPECT_EQ(store.find("before").tables.at("step").rows(), 20u);
    const Record record = store.find("too large");
    EXPECT_EQ(record.outcome.status, "running");
    EXPECT_EQ(count_events(record, "damaged-block"), 0u);
    EXPECT_EQ(record.tables.at("step").rows(), static_cast<std::size_t>(kept));
    EXPECT_GT(kept, 0);
    expect_beginning(record.tables.at("step"));
    make_run(*store.new_run(), 20, made_header("after"));
    EXPECT_EQ(store.find("after").tables.at("step").rows(), 20u);
  }
}

TEST(FullDisk, WhenThereIsSpaceAgainNothingIsMissing) {
  const TemporaryFolder folder;
  const std::string path = folder / "runs.sqlite";
  const int status = wait_for(start_child([&] {
    signal(SIGXFSZ, SIG_IGN);
    Store store(path);
    const auto run = store.new_run(16);
    run->begin(made_header());
    run->open_table("step", made_columns());
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit none{1, limit.rlim_max};
    int failures = 0;
    for (std::int64_t step = 0; step < 100; ++step) {
      if (step == 40) setrlimit(RLIMIT_FSIZE, &none);
      if (step == 60) setrlimit(RLIMIT_FSIZE, &limit);
      try {
        run->append("step", step, made_row(step).data());
      } catch (const StoreError&) {
        ++failures;
      }
    }
    run->finish({"finished", 100, 0, 0});
    return failures > 0 ? 42 : 1;
  }));
  EXPECT_EQ(status, 42);
  const Record record = Store(path, true).find("last");
  EXPECT_EQ(record.tables.at("step").rows(), 100u);
  expect_beginning(record.tables.at("step"));
  EXPECT_EQ(record.outcome.status, "finished");
}

TEST(FullDisk, OfACacheIsAStoreErrorAndKeepsTheRest) {
  const TemporaryFolder folder;
  const std::string path = folder / "cache.sqlite";
  Cache(path).put("small", "value");
  const int status = wait_for(start_child([&] {
    limit_file_size(100'000);
    std::mt19937 random(1);
    std::string large(500'000, '\0');
    for (char& byte : large) byte = static_cast<char>(random());
    Cache cache(path);
    try {
      cache.put("large", large);
    } catch (const StoreError&) {
      return cache.get("small") == "value" ? 42 : 1;
    }
    return 2;
  }));
  EXPECT_EQ(status, 42);
  EXPECT_EQ(Cache(path).get("small"), "value");
  EXPECT_FALSE(Cache(path).get("large"));
}

}  // namespace
}  // namespace gradclinic
