#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradclinic/record/block.h"
#include "gradclinic/record/database.h"
#include "gradclinic/record/store.h"

namespace gradclinic {

/// Records one run into a store: rows are kept in memory until a block is full or a second has passed, then written
/// in one transaction. What could not be written stays in memory and is tried again with the next block.
class DatabaseRecorder : public Store::RunRecorder {
 public:
  DatabaseRecorder(Database& database, std::size_t block_rows);
  /// Without finish(), the run stays "running"; its last rows are written if they can be.
  ~DatabaseRecorder() override;

  std::int64_t id() const override { return id_; }
  void begin(const Record& header) override;
  void open_table(const std::string& table, const std::vector<Column>& columns) override;
  void append(const std::string& table, std::int64_t step, const float* values) override;
  void add_event(const Event& event) override;
  void finish(const Outcome& outcome) override;

 private:
  /// A table's rows that are not yet in a block.
  struct Pending {
    std::int64_t id = 0;
    std::size_t columns = 0;
    int loss_column = -1;
    std::int64_t place = 0;
    std::vector<std::int64_t> steps;
    std::vector<float> values;
  };
  void flush_if_due();
  void flush(const std::vector<Pending*>& tables);
  void flush_all();
  void insert_block(SQLite::Database& connection, const Pending& table, const std::string& block);
  void insert_event(SQLite::Database& connection, const Event& event);
  void update_outcome(SQLite::Database& connection);

  Database& database_;
  const std::size_t block_rows_;
  std::int64_t id_ = 0;
  std::int64_t began_ = 0;    ///< milliseconds
  std::int64_t flushed_ = 0;  ///< milliseconds
  bool finished_ = false;
  Outcome outcome_;
  std::map<std::string, Pending> tables_;
  std::vector<Event> events_;
  BlockEncoder encoder_;
};

}  // namespace gradclinic
