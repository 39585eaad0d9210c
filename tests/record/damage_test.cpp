#include <gtest/gtest.h>
#include <sqlite3.h>

#include "gradclinic/record/cache.h"
#include "gradclinic/record/store.h"
#include "gradclinic/support/error.h"
#include "record/made_run.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

class DamagedStore : public testing::Test {
 protected:
  DamagedStore() {
    Store store(path_);
    for (const char* name : {"one", "two", "three"}) make_run(*store.new_run(16), 200, made_header(name));
  }

  /// Reads all there is of a damaged file. Whatever is returned must hang together; only StoreError may be thrown.
  void read_all(const std::string& path, bool read_only) {
    try {
      const Store store(path, read_only);
      for (const RunSummary& run : store.runs()) try {
          const Record record = store.read(run.id);
          for (const auto& [name, table] : record.tables) expect_made_rows(table);
          ++runs_read_;
          rows_read_ += record.series("loss").values.size();
          damage_ += count_events(record, "damaged-block");
        } catch (const StoreError&) {
          ++errors_;
        }
    } catch (const StoreError& error) {
      EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
      ++errors_;
    }
  }

  /// However many rows are left: each is one that was recorded.
  static void expect_made_rows(const Table& table) {
    const std::size_t columns = table.columns.size();
    ASSERT_EQ(table.values.size(), table.rows() * columns);
    if (table.columns != made_columns()) return;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      const float* const values = table.values.data() + row * columns;
      ASSERT_TRUE(same_bits({values, values + columns}, made_row(table.steps[row]))) << "step " << table.steps[row];
    }
  }

  void sql(const std::string& statements) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &connection), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(connection, statements.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(connection);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "runs.sqlite";
  std::size_t runs_read_ = 0, rows_read_ = 0, errors_ = 0, damage_ = 0;
};

TEST_F(DamagedStore, CutAtEvery512BytesIsAnErrorOrAPartNeverACrash) {
  const std::string whole = read_bytes(path_);
  const std::string cut = folder_ / "cut.sqlite";
  for (std::size_t length = 0; length < whole.size(); length += 512) {
    for (const bool read_only : {true, false}) {
      write_bytes(cut, whole.substr(0, length));
      read_all(cut, read_only);
    }
  }
  EXPECT_GT(errors_ + damage_, 0u);
}

TEST_F(DamagedStore, FlippedBytesAreAnErrorOrAPartNeverACrash) {
  const std::string whole = read_bytes(path_);
  const std::string flipped = folder_ / "flipped.sqlite";
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = whole;
    const int flips = 1 << random() % 8;
    // Every third time near a page's beginning, where SQLite keeps its structure.
    for (int flip = 0; flip < flips; ++flip) {
      const std::size_t place =
          i % 3 == 0 ? random() % (bytes.size() / 8192) * 8192 + random() % 200 : random() % bytes.size();
      bytes[place] = static_cast<char>(random());
    }
    write_bytes(flipped, bytes);
    read_all(flipped, i % 2 == 0);
  }
  EXPECT_GT(runs_read_, 0u);
  EXPECT_GT(errors_, 0u);
  EXPECT_GT(damage_, 0u);
}

TEST_F(DamagedStore, OneDamagedBlockIsLeftOutAndReported) {
  sql("UPDATE blocks SET data = CAST(substr(data, 1, 40) || x'00' || substr(data, 42) AS BLOB) "
      "WHERE place = 3 AND run_table = (SELECT id FROM run_tables WHERE run = 2 AND name = 'step')");
  const Store store(path_, true);
  for (const char* name : {"one", "three"}) EXPECT_EQ(count_events(store.find(name), "damaged-block"), 0u);
  const Record record = store.find("two");
  ASSERT_EQ(count_events(record, "damaged-block"), 1u);
  const Event& event = record.events.back();
  EXPECT_EQ(event.step, 47);
  EXPECT_NE(event.text.find("block 3 of table step"), std::string::npos) << event.text;
  const Table& table = record.tables.at("step");
  ASSERT_EQ(table.rows(), 200u - 16u);
  EXPECT_EQ(table.steps[47], 47);
  EXPECT_EQ(table.steps[48], 64);
  EXPECT_EQ(table.steps.back(), 199);
  EXPECT_EQ(record.tables.at("validation").rows(), 4u);
}

TEST_F(DamagedStore, AMissingBlockIsReported) {
  sql("DELETE FROM blocks WHERE place = 3 AND run_table = (SELECT id FROM run_tables WHERE run = 1 AND name = 'step')");
  const Record record = Store(path_, true).find("one");
  ASSERT_EQ(count_events(record, "damaged-block"), 1u);
  EXPECT_EQ(record.tables.at("step").rows(), 200u - 16u);
}

TEST_F(DamagedStore, WrongNumbersBesideABlockAreNoticed) {
  for (const char* change : {"rows = 17", "rows = -1", "rows = 9000000000000000000", "crc = 5", "data = x''"}) {
    sql("CREATE TEMP TABLE kept AS SELECT * FROM blocks WHERE rowid = 2; UPDATE blocks SET " + std::string(change) +
        " WHERE rowid = 2");
    const Record record = Store(path_, true).find("one");
    EXPECT_EQ(count_events(record, "damaged-block"), 1u) << change;
  }
}

TEST_F(DamagedStore, DamagedTextsLeaveTheRestReadable) {
  sql("UPDATE runs SET machine = '{' WHERE id = 1; UPDATE run_tables SET columns = '[[1]]' WHERE run = 1 AND name = "
      "'step'");
  const Record record = Store(path_, true).find("one");
  EXPECT_EQ(count_events(record, "damaged-block"), 2u);
  EXPECT_EQ(record.versions.at("gradclinic"), "0.1.0");
  EXPECT_EQ(record.tables.at("validation").rows(), 4u);
}

TEST_F(DamagedStore, AMissingTableIsADamagedStore) {
  sql("DROP TABLE runs");
  const std::string message = message_of<StoreError>([&] { Store(path_, true).runs(); });
  EXPECT_NE(message.find("this store is damaged"), std::string::npos) << message;
}

TEST(DamagedCache, IsAnErrorOrForgetsNeverACrash) {
  const TemporaryFolder folder;
  const std::string path = folder / "cache.sqlite";
  std::mt19937 random(2);
  {
    Cache cache(path);
    for (int key = 0; key < 50; ++key)
      cache.put(std::to_string(key), std::string(random() % 3000, static_cast<char>(key)));
  }
  const std::string whole = read_bytes(path);
  std::size_t errors = 0, found = 0;
  for (int i = 0; i < 200; ++i) {
    std::string bytes = whole;
    for (int flip = 0; flip < 20; ++flip) bytes[random() % bytes.size()] = static_cast<char>(random());
    write_bytes(path, bytes);
    try {
      const Cache cache(path);
      for (int key = 0; key < 50; ++key)
        if (const auto value = cache.get(std::to_string(key))) {
          ++found;
          ASSERT_EQ(*value, std::string(value->size(), static_cast<char>(key)));
        }
    } catch (const StoreError& error) {
      ++errors;
      EXPECT_NE(std::string(error.what()).find("delete it or choose another folder"), std::string::npos)
          << error.what();
    }
  }
  EXPECT_GT(errors, 0u);
  EXPECT_GT(found, 0u);
}

}  // namespace
}  // namespace gradclinic
