#include "gradclinic/record/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "gradclinic/record/run_recorder.h"
#include "gradclinic/record/store_format.h"
#include "gradclinic/record/store_reader.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

std::optional<std::int64_t> first_id(SQLite::Database& connection, const std::string& query, const std::string& value) {
  SQLite::Statement select(connection, query);
  if (select.getBindParameterCount() == 1) select.bind(1, value);
  if (!select.executeStep()) return std::nullopt;
  return select.getColumn(0).getInt64();
}

std::optional<std::int64_t> find_id(SQLite::Database& connection, const std::string& run) {
  if (run == "last") return first_id(connection, "SELECT id FROM runs ORDER BY id DESC LIMIT 1", "");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(run.data(), run.data() + run.size(), id);
  if (error == std::errc() && end == run.data() + run.size())
    if (auto found = first_id(connection, "SELECT id FROM runs WHERE id = ?", std::to_string(id))) return found;
  return first_id(connection, "SELECT id FROM runs WHERE name = ? ORDER BY id DESC LIMIT 1", run);
}

[[noreturn]] void fail_unknown(SQLite::Database& connection, const Database& file, const std::string& run) {
  std::vector<std::pair<std::size_t, std::string>> names;
  SQLite::Statement select(connection, "SELECT DISTINCT name FROM runs");
  while (select.executeStep()) {
    const std::string name = select.getColumn(0).getString();
    names.emplace_back(edit_distance(run, name), name);
  }
  if (names.empty())
    throw StoreError(file.path(), "this store holds no runs yet", run, "record one with gradclinic run SPEC.toml");
  std::sort(names.begin(), names.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, names.size()); ++i) nearest.push_back(excerpt(names[i].second));
  throw StoreError(file.path(), "there is no such run", excerpt(run),
                   "say a run's id, its name or `last`; the nearest names: " + join(nearest));
}

}  // namespace

struct Store::Implementation {
  Database database;
};

Store::Store(const std::string& path, bool read_only)
    : implementation_(new Implementation{Database(path, kStoreFormat, read_only)}) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;

std::unique_ptr<Store::RunRecorder> Store::new_run(std::size_t block_rows) {
  return std::make_unique<DatabaseRecorder>(implementation_->database, block_rows);
}

std::vector<RunSummary> Store::runs() const {
  return implementation_->database.read([](SQLite::Database& connection) {
    std::vector<RunSummary> runs;
    SQLite::Statement select(connection, fmt::format("SELECT {} FROM runs ORDER BY id DESC", kSummaryColumns));
    while (select.executeStep()) runs.push_back(read_summary(select));
    return runs;
  });
}

Record Store::read(std::int64_t id) const {
  Database& database = implementation_->database;
  return database.read([&](SQLite::Database& connection) { return read_run(connection, database, id); });
}

Record Store::find(const std::string& run) const {
  Database& database = implementation_->database;
  return database.read([&](SQLite::Database& connection) {
    const std::optional<std::int64_t> id = find_id(connection, run);
    if (!id) fail_unknown(connection, database, run);
    return read_run(connection, database, *id);
  });
}

}  // namespace gradclinic
