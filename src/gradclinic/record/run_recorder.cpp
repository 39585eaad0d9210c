#include "gradclinic/record/run_recorder.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace gradclinic {
namespace {

constexpr std::int64_t kFlushMilliseconds = 1000;

/// The kernel's tick: exact to a few milliseconds, and cheap enough to read at every row.
std::int64_t milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * std::int64_t{1000} + now.tv_nsec / 1'000'000;
}

std::string to_json(const std::map<std::string, std::string>& facts) {
  return nlohmann::json(facts).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_json(const std::vector<Column>& columns) {
  nlohmann::json json = nlohmann::json::array();
  for (const Column& column : columns) json.push_back({column.quantity, column.layer});
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// SQLite has no NaN: it is kept as NULL.
void bind_number(SQLite::Statement& statement, int index, double value) {
  if (std::isnan(value))
    statement.bind(index);
  else
    statement.bind(index, value);
}

}  // namespace

DatabaseRecorder::DatabaseRecorder(Database& database, std::size_t block_rows)
    : database_(database), block_rows_(std::clamp<std::size_t>(block_rows, 1, kMaxBlockRows)) {
  outcome_.final_loss = std::numeric_limits<double>::quiet_NaN();
}

DatabaseRecorder::~DatabaseRecorder() {
  if (id_ == 0 || finished_) return;
  try {
    flush_all();
  } catch (const std::exception&) {
    // Whoever lets go of a recorder without finish() has an error to report already.
  }
}

void DatabaseRecorder::begin(const Record& header) {
  id_ = database_.write([&](SQLite::Database& connection) {
    SQLite::Statement insert(
        connection,
        "INSERT INTO runs (name, seed, started, status, steps, final_loss, seconds, spec, machine, "
        "versions) VALUES (?, ?, ?, 'running', 0, NULL, 0, ?, ?, ?)");
    insert.bind(1, header.name);
    insert.bind(2, std::to_string(header.seed));
    insert.bind(3, header.started);
    insert.bind(4, header.spec);
    insert.bind(5, to_json(header.machine));
    insert.bind(6, to_json(header.versions));
    insert.exec();
    return connection.getLastInsertRowid();
  });
  began_ = flushed_ = milliseconds();
}

void DatabaseRecorder::open_table(const std::string& table, const std::vector<Column>& columns) {
  if (tables_.contains(table)) throw std::logic_error("table opened twice: " + table);
  Pending pending;
  pending.columns = columns.size();
  const auto loss = std::find(columns.begin(), columns.end(), Column{"loss", 0});
  if (loss != columns.end()) pending.loss_column = static_cast<int>(loss - columns.begin());
  pending.id = database_.write([&](SQLite::Database& connection) {
    SQLite::Statement insert(connection, "INSERT INTO run_tables (run, name, columns) VALUES (?, ?, ?)");
    insert.bind(1, id_);
    insert.bind(2, table);
    insert.bind(3, to_json(columns));
    insert.exec();
    return connection.getLastInsertRowid();
  });
  tables_.emplace(table, std::move(pending));
}

void DatabaseRecorder::append(const std::string& table, std::int64_t step, const float* values) {
  Pending& pending = tables_.at(table);
  pending.steps.push_back(step);
  pending.values.insert(pending.values.end(), values, values + pending.columns);
  outcome_.steps = std::max(outcome_.steps, step + 1);
  if (pending.loss_column >= 0) outcome_.final_loss = values[pending.loss_column];
  if (pending.steps.size() >= block_rows_)
    flush({&pending});
  else
    flush_if_due();
}

void DatabaseRecorder::add_event(const Event& event) {
  events_.push_back(event);
  flush_if_due();
}

void DatabaseRecorder::finish(const Outcome& outcome) {
  outcome_ = outcome;
  flush_all();
  finished_ = true;
}

void DatabaseRecorder::flush_if_due() {
  if (milliseconds() - flushed_ >= kFlushMilliseconds) flush_all();
}

void DatabaseRecorder::flush_all() {
  std::vector<Pending*> tables;
  for (auto& [name, pending] : tables_) tables.push_back(&pending);
  flush(tables);
  flushed_ = milliseconds();
}

void DatabaseRecorder::flush(const std::vector<Pending*>& tables) {
  std::vector<std::pair<Pending*, std::string>> blocks;
  for (Pending* table : tables) {
    if (table->steps.empty()) continue;
    blocks.emplace_back(table, encoder_.encode(table->steps, table->values, table->columns));
  }
  if (outcome_.status == "running") outcome_.seconds = static_cast<double>(milliseconds() - began_) / 1000;
  database_.write([&](SQLite::Database& connection) {
    for (const auto& [table, block] : blocks) insert_block(connection, *table, block);
    for (const Event& event : events_) insert_event(connection, event);
    update_outcome(connection);
  });
  for (const auto& [table, block] : blocks) {
    ++table->place;
    table->steps.clear();
    table->values.clear();
  }
  events_.clear();
}

void DatabaseRecorder::insert_block(SQLite::Database& connection, const Pending& table, const std::string& block) {
  SQLite::Statement insert(connection, "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)");
  insert.bind(1, table.id);
  insert.bind(2, table.place);
  insert.bind(3, static_cast<std::int64_t>(table.steps.size()));
  insert.bind(4, table.steps.front());
  insert.bind(5, table.steps.back());
  insert.bind(6, static_cast<std::int64_t>(checksum(block)));
  insert.bindNoCopy(7, block.data(), static_cast<int>(block.size()));
  insert.exec();
}

void DatabaseRecorder::insert_event(SQLite::Database& connection, const Event& event) {
  SQLite::Statement insert(connection, "INSERT INTO events VALUES (?, ?, ?, ?, ?)");
  insert.bind(1, id_);
  insert.bind(2, event.step);
  insert.bind(3, event.kind);
  insert.bind(4, event.layer);
  insert.bind(5, event.text);
  insert.exec();
}

void DatabaseRecorder::update_outcome(SQLite::Database& connection) {
  SQLite::Statement update(connection,
                           "UPDATE runs SET status = ?, steps = ?, final_loss = ?, seconds = ? WHERE id = ?");
  update.bind(1, outcome_.status);
  update.bind(2, outcome_.steps);
  bind_number(update, 3, outcome_.final_loss);
  bind_number(update, 4, outcome_.seconds);
  update.bind(5, id_);
  update.exec();
}

}  // namespace gradclinic
