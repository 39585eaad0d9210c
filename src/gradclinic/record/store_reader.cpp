#include "gradclinic/record/store_reader.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "gradclinic/record/block.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

double number(const SQLite::Column& column) {
  return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}

bool is_damage(const SQLite::Exception& error) {
  const int code = error.getErrorCode();
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_IOERR || code == SQLITE_FORMAT;
}

void report_damage(Record& record, std::int64_t step, const std::string& text) {
  record.events.push_back({.step = step, .kind = "damaged-block", .layer = 0, .text = text + "; it is left out"});
}

/// Calls work(); what SQLite finds damaged becomes an event.
template <class Work>
void tolerate_damage(Record& record, std::int64_t step, const std::string& part, Work&& work) {
  try {
    work();
  } catch (const SQLite::Exception& error) {
    if (!is_damage(error)) throw;
    report_damage(record, step, fmt::format("{} cannot be read ({})", part, error.what()));
  }
}

std::map<std::string, std::string> parse_facts(Record& record, const std::string& part, const std::string& json) {
  try {
    return nlohmann::json::parse(json).get<std::map<std::string, std::string>>();
  } catch (const nlohmann::json::exception&) {
    report_damage(record, 0, part + " cannot be read");
    return {};
  }
}

/// The columns, or none when the text is damaged.
std::vector<Column> parse_columns(const std::string& json) {
  std::vector<Column> columns;
  try {
    for (const auto& [quantity, layer] : nlohmann::json::parse(json).get<std::vector<std::pair<std::string, int>>>())
      columns.push_back({quantity, layer});
  } catch (const nlohmann::json::exception&) {
    return {};
  }
  return columns;
}

struct BlockPlace {
  std::int64_t place = 0;
  std::int64_t row = 0;  ///< SQLite's rowid
};

/// A table's blocks in order, from the index alone: a damaged block does not hide those after it.
std::vector<BlockPlace> list_blocks(SQLite::Database& connection, Record& record, const std::string& name,
                                    std::int64_t table_id) {
  std::vector<BlockPlace> blocks;
  tolerate_damage(record, 0, fmt::format("the list of blocks of table {}", name), [&] {
    SQLite::Statement select(connection, "SELECT place, rowid FROM blocks WHERE run_table = ? ORDER BY place");
    select.bind(1, table_id);
    while (select.executeStep()) blocks.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64()});
  });
  return blocks;
}

/// Appends a block to its table; false when it is not what was written.
bool read_block(SQLite::Statement& select, std::int64_t table_id, const BlockPlace& block, Table& table) {
  select.bind(1, block.row);
  if (!select.executeStep()) return false;
  if (select.getColumn(0).getInt64() != table_id || select.getColumn(1).getInt64() != block.place) return false;
  const SQLite::Column data = select.getColumn(4);
  const std::string_view bytes(static_cast<const char*>(data.getBlob()), static_cast<std::size_t>(data.getBytes()));
  return checksum(bytes) == select.getColumn(3).getInt64() &&
         decode_block(bytes, static_cast<std::size_t>(select.getColumn(2).getInt64()), table);
}

void read_blocks(SQLite::Database& connection, Record& record, const std::string& name, std::int64_t table_id) {
  Table& table = record.tables[name];
  std::int64_t expected = 0;
  const std::vector<BlockPlace> blocks = list_blocks(connection, record, name, table_id);
  for (const BlockPlace& block : blocks) {
    if (table.rows() > 0 && block.place == blocks.front().place + 1) {  // the others are about as long as the first
      table.steps.reserve(table.steps.size() * blocks.size());
      table.values.reserve(table.values.size() * blocks.size());
    }
    const std::int64_t after = table.steps.empty() ? 0 : table.steps.back();
    if (block.place != expected)
      report_damage(record, after, fmt::format("of table {}, what follows step {} is missing", name, after));
    expected = block.place + 1;
    const std::string part = fmt::format("block {} of table {}, after step {},", block.place, name, after);
    tolerate_damage(record, after, part, [&] {
      SQLite::Statement select(connection, "SELECT run_table, place, rows, crc, data FROM blocks WHERE rowid = ?");
      if (!read_block(select, table_id, block, table)) report_damage(record, after, part + " is damaged");
    });
  }
}

struct TableRow {
  std::int64_t id = 0;
  std::string name;
  std::string columns;
};

void read_tables(SQLite::Database& connection, Record& record, std::int64_t run) {
  std::vector<TableRow> tables;
  tolerate_damage(record, 0, "the list of tables", [&] {
    SQLite::Statement select(connection, "SELECT id, name, columns FROM run_tables WHERE run = ? ORDER BY id");
    select.bind(1, run);
    while (select.executeStep())
      tables.push_back(
          {select.getColumn(0).getInt64(), select.getColumn(1).getString(), select.getColumn(2).getString()});
  });
  for (const TableRow& row : tables) {
    std::vector<Column> columns = parse_columns(row.columns);
    if (columns.empty() && row.columns != "[]") {
      report_damage(record, 0, fmt::format("table {} has a damaged list of columns", row.name));
      continue;
    }
    record.tables[row.name].columns = std::move(columns);
    read_blocks(connection, record, row.name, row.id);
  }
}

void read_events(SQLite::Database& connection, Record& record, std::int64_t run) {
  tolerate_damage(record, 0, "the list of events", [&] {
    SQLite::Statement select(connection, "SELECT step, kind, layer, text FROM events WHERE run = ? ORDER BY rowid");
    select.bind(1, run);
    while (select.executeStep())
      record.events.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getString(),
                               select.getColumn(2).getInt(), select.getColumn(3).getString()});
  });
}

}  // namespace

RunSummary read_summary(SQLite::Statement& row) {
  RunSummary summary;
  summary.id = row.getColumn(0).getInt64();
  summary.name = row.getColumn(1).getString();
  summary.seed = std::strtoull(row.getColumn(2).getString().c_str(), nullptr, 10);
  summary.started = row.getColumn(3).getString();
  summary.outcome = {.status = row.getColumn(4).getString(),
                     .steps = row.getColumn(5).getInt64(),
                     .final_loss = number(row.getColumn(6)),
                     .seconds = number(row.getColumn(7))};
  return summary;
}

Record read_run(SQLite::Database& connection, const Database& file, std::int64_t id) {
  Record record;
  {
    SQLite::Statement select(connection,
                             fmt::format("SELECT {}, spec, machine, versions FROM runs WHERE id = ?", kSummaryColumns));
    select.bind(1, id);
    if (!select.executeStep())
      throw StoreError(file.path(), "there is no such run", std::to_string(id), "gradclinic list shows the runs");
    const RunSummary summary = read_summary(select);
    record.name = summary.name;
    record.seed = summary.seed;
    record.started = summary.started;
    record.outcome = summary.outcome;
    record.spec = select.getColumn(8).getString();
    record.machine = parse_facts(record, "the machine's facts", select.getColumn(9).getString());
    record.versions = parse_facts(record, "the list of versions", select.getColumn(10).getString());
  }
  read_events(connection, record, id);
  read_tables(connection, record, id);
  return record;
}

}  // namespace gradclinic
