#include "gradclinic/record/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <thread>

#include "gradclinic/support/error.h"
#include "record/made_run.h"
#include "support/child.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

class StoreTest : public testing::Test {
 protected:
  void sql(const std::string& path, const std::string& statements) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &connection), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(connection, statements.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(connection);
  }
  std::string error_of_opening(const std::string& path, bool read_only) {
    return message_of<StoreError>([&] { Store(path, read_only).runs(); });
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "runs.sqlite";
};

TEST_F(StoreTest, ReadsBackWhatAMemoryRecorderKeeps) {
  for (const std::int64_t steps : {0, 1, 63, 64, 65, 1000})
    for (const std::size_t block_rows : {1, 7, 64, 1'000'000}) {
      MemoryRecorder memory;
      make_run(memory, steps);
      Store store(path_);
      const auto run = store.new_run(block_rows);
      make_run(*run, steps);
      expect_same(store.read(run->id()), memory.record());
    }
}

TEST_F(StoreTest, KeepsRunsForTheNextProgram) {
  MemoryRecorder memory;
  make_run(memory, 200);
  make_run(*Store(path_).new_run(), 200);
  expect_same(Store(path_, true).find("last"), memory.record());
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
}

TEST_F(StoreTest, ListsRunsNewestFirst) {
  Store store(path_);
  EXPECT_TRUE(store.runs().empty());
  make_run(*store.new_run(), 5, made_header("one", 1), {"finished", 5, 0.5, 2});
  make_run(*store.new_run(), 5, made_header("two", ~0ull), {"diverged", 4, NAN, 3});
  make_run(*store.new_run(), 5, made_header("three", 3), {"interrupted", 3, INFINITY, 4});
  const auto runs = store.runs();
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[0].name, "three");
  EXPECT_EQ(runs[0].outcome.status, "interrupted");
  EXPECT_EQ(runs[0].outcome.final_loss, INFINITY);
  EXPECT_EQ(runs[1].seed, ~0ull);
  EXPECT_TRUE(std::isnan(runs[1].outcome.final_loss));
  EXPECT_EQ(runs[2].id, 1);
  EXPECT_EQ(runs[2].started, "2024-05-06T07:08:09Z");
  EXPECT_EQ(runs[2].outcome.seconds, 2);
}

TEST_F(StoreTest, FindsByIdNameAndLast) {
  Store store(path_);
  for (const char* name : {"sigmoid", "tanh", "sigmoid", "1"}) {
    auto run = store.new_run();
    make_run(*run, 1, made_header(name, static_cast<std::uint64_t>(store.runs().size())));
  }
  EXPECT_EQ(store.find("2").name, "tanh");
  EXPECT_EQ(store.find("sigmoid").seed, 2u);
  EXPECT_EQ(store.find("last").seed, 3u);
  EXPECT_EQ(store.find("1").seed, 0u);  // an id goes before a name
}

TEST_F(StoreTest, AnUnknownRunNamesTheNearest) {
  Store store(path_);
  const std::string empty = message_of<StoreError>([&] { store.find("last"); });
  EXPECT_NE(empty.find("no runs yet"), std::string::npos) << empty;
  for (const char* name : {"sigmoid", "tanh", "relu", "gelu"}) make_run(*store.new_run(), 1, made_header(name));
  const std::string unknown = message_of<StoreError>([&] { store.find("sigmiod"); });
  EXPECT_NE(unknown.find(path_), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("got `sigmiod`"), std::string::npos) << unknown;
  EXPECT_NE(unknown.find("names: sigmoid, "), std::string::npos) << unknown;
  for (const char* run : {"99", "-1", "", "99999999999999999999", "1 OR 1=1", "0x1"})
    EXPECT_THROW(store.find(run), StoreError) << run;
  EXPECT_THROW(store.read(99), StoreError);
}

TEST_F(StoreTest, NamesMayHoldAnything) {
  Store store(path_);
  using namespace std::string_literals;
  const std::string name = "'; DROP TABLE runs; --\n\0 \xff gr\xc3\xbc\xc3\x9f"s;
  Record header = made_header(name);
  header.machine["cpu"] = "\xff";
  const auto run = store.new_run();
  run->begin(header);
  run->open_table("a \"table\"", {{"q,\"1\"\n\xc3\xbc", -3}});
  run->finish({});
  const Record read = store.find(name);
  EXPECT_EQ(read.name, name);
  EXPECT_EQ(read.tables.at("a \"table\"").columns[0].quantity, "q,\"1\"\n\xc3\xbc");
  EXPECT_EQ(read.tables.at("a \"table\"").columns[0].layer, -3);
  EXPECT_EQ(read.machine.at("cpu"), "\xef\xbf\xbd");
}

TEST_F(StoreTest, ARunInProgressIsReadableUpToItsLastBlock) {
  Store store(path_);
  const auto run = store.new_run(10);
  run->begin(made_header());
  run->open_table("step", made_columns());
  for (std::int64_t step = 0; step < 25; ++step) run->append("step", step, made_row(step).data());
  const Record record = Store(path_, true).read(run->id());
  EXPECT_EQ(record.tables.at("step").rows(), 20u);
  expect_beginning(record.tables.at("step"));
  EXPECT_EQ(record.outcome.status, "running");
  EXPECT_EQ(record.outcome.steps, 20);
  EXPECT_FLOAT_EQ(static_cast<float>(record.outcome.final_loss), 1.0f / 20);
}

TEST_F(StoreTest, SlowRowsAreWrittenAfterAboutASecond) {
  Store store(path_);
  const auto run = store.new_run(1000);
  run->begin(made_header());
  run->open_table("step", made_columns());
  run->open_table("rank", {{"rank", 1}});
  run->append("rank", 0, made_row(0).data());
  run->append("step", 0, made_row(0).data());
  EXPECT_EQ(store.read(run->id()).tables.at("step").rows(), 0u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  run->append("step", 1, made_row(1).data());
  EXPECT_EQ(store.read(run->id()).tables.at("step").rows(), 2u);
  EXPECT_EQ(store.read(run->id()).tables.at("rank").rows(), 1u);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  run->add_event({1, "non-finite", 1, ""});
  EXPECT_EQ(store.read(run->id()).events.size(), 1u);
}

TEST_F(StoreTest, ARecorderLetGoWithoutFinishKeepsItsRows) {
  Store store(path_);
  {
    const auto run = store.new_run();
    run->begin(made_header());
    run->open_table("step", made_columns());
    run->append("step", 0, made_row(0).data());
  }
  EXPECT_EQ(store.find("last").tables.at("step").rows(), 1u);
  EXPECT_EQ(store.find("last").outcome.status, "running");
}

TEST_F(StoreTest, MovesWithItsRecorders) {
  Store first(path_);
  const auto run = first.new_run();
  const Store second = std::move(first);
  make_run(*run, 100);
  EXPECT_EQ(second.find("last").tables.at("step").rows(), 100u);
}

TEST_F(StoreTest, MissingStoreSaysWhatToDo) {
  const std::string message = error_of_opening(path_, true);
  EXPECT_NE(message.find(path_), std::string::npos) << message;
  EXPECT_NE(message.find("gradclinic run"), std::string::npos) << message;
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_THROW(Store("", false), StoreError);
  EXPECT_THROW(Store(folder_.path(), false), StoreError);
  EXPECT_THROW(Store(folder_.path(), true), StoreError);
  write_bytes(folder_ / "file", "x");
  EXPECT_THROW(Store(folder_ / "file/runs.sqlite", false), StoreError);
}

TEST_F(StoreTest, AFileThatIsNotSqliteIsNamedAndLeftAsItWas) {
  const std::string bytes = "name = \"a spec, not a store\"\n" + std::string(1000, '#');
  write_bytes(path_, bytes);
  for (const bool read_only : {true, false}) {
    const std::string message = error_of_opening(path_, read_only);
    EXPECT_NE(message.find(path_), std::string::npos) << message;
    EXPECT_NE(message.find("not a gradclinic store"), std::string::npos) << message;
  }
  EXPECT_EQ(read_bytes(path_), bytes);
}

TEST_F(StoreTest, AnotherProgramsDatabaseIsRefusedAndLeftAsItWas) {
  sql(path_, "CREATE TABLE runs (id); PRAGMA user_version = 1");
  const std::string bytes = read_bytes(path_);
  for (const bool read_only : {true, false}) {
    const std::string message = error_of_opening(path_, read_only);
    EXPECT_NE(message.find("not a gradclinic store"), std::string::npos) << message;
  }
  EXPECT_EQ(read_bytes(path_), bytes);
}

TEST_F(StoreTest, ANewerFormatIsRefused) {
  make_run(*Store(path_).new_run(), 1);
  sql(path_, "PRAGMA user_version = " + std::to_string(kRecordVersion + 1));
  for (const bool read_only : {true, false}) {
    const std::string message = error_of_opening(path_, read_only);
    EXPECT_NE(message.find("newer gradclinic"), std::string::npos) << message;
    EXPECT_NE(message.find("format " + std::to_string(kRecordVersion + 1)), std::string::npos) << message;
  }
  sql(path_, "PRAGMA user_version = " + std::to_string(kRecordVersion));
  EXPECT_EQ(Store(path_, true).runs().size(), 1u);
}

TEST_F(StoreTest, OddPathsAreFiles) {
  for (const char* name : {":memory:", "file:x?mode=memory", "a b#c%20d.sqlite", "gr\xc3\xbc\xc3\x9f"}) {
    const std::string path = folder_ / name;
    make_run(*Store(path).new_run(), 1);
    EXPECT_TRUE(std::filesystem::exists(path)) << name;
    EXPECT_EQ(Store(path, true).runs().size(), 1u) << name;
  }
}

TEST_F(StoreTest, IsReadableInAFolderThatMayNotBeWritten) {
  const std::string inside = folder_ / "a#%b/runs.sqlite";
  make_run(*Store(inside).new_run(), 100);
  const std::string locked = std::filesystem::path(inside).parent_path();
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(locked.c_str(), 0555), 0);
  const int status = wait_for(start_child([&] {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && seteuid(kNobody) != 0) return 1;
    if (access(locked.c_str(), W_OK) == 0 && geteuid() != kNobody) return 2;
    return Store(inside, true).find("last").tables.at("step").rows() == 100 ? 42 : 3;
  }));
  EXPECT_EQ(status, 42);
  ASSERT_EQ(chmod(locked.c_str(), 0755), 0);
}

}  // namespace
}  // namespace gradclinic
