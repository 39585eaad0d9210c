#include "gradclinic/record/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

constexpr int kBusyMilliseconds = 30'000;

int pragma(SQLite::Database& connection, const char* name) {
  return connection.execAndGet(fmt::format("PRAGMA {}", name)).getInt();
}

/// SQLite's URI for a file on a medium that nobody writes to.
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

/// What SQLite says of a file whose folder may not be written to.
bool is_access_error(int code) {
  return code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM || code == SQLITE_AUTH;
}

/// Whether a write-ahead log holds changes that are not yet in the file.
bool has_log(const std::filesystem::path& file) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(file.string() + "-wal", absent);
  return !absent && size > 0;
}

/// Switching to the write-ahead log needs the file for a moment; SQLite does not wait for that by itself.
void switch_to_log(SQLite::Database& connection) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kBusyMilliseconds);
  for (;;) try {
      connection.execAndGet("PRAGMA journal_mode = WAL");
      return;
    } catch (const SQLite::Exception& error) {
      if (error.getErrorCode() != SQLITE_BUSY || std::chrono::steady_clock::now() > deadline) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

}  // namespace

Database::Database(const std::string& path, const DatabaseFormat& format, bool read_only)
    : path_(path), format_(format), connection_(open(read_only)) {
  try {
    connection_.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    if (read_only) {
      check_format();
      return;
    }
    if (is_new()) create(format.schema);
    check_format();
    switch_to_log(connection_);
    connection_.exec("PRAGMA synchronous = NORMAL");
  } catch (const SQLite::Exception& error) {
    fail(error);
  }
}

SQLite::Database Database::open(bool read_only) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path file = fs::absolute(path_, ignored);
  const fs::file_status status = fs::status(file, ignored);
  if (path_.empty() || fs::is_directory(status))
    throw StoreError(path_, fmt::format("a {} is a file, this is not one", format_.kind), "", "name a file");
  if (read_only && !fs::exists(status))
    throw StoreError(path_, fmt::format("there is no {} here", format_.kind), "", format_.if_absent);
  if (!read_only) fs::create_directories(file.parent_path(), ignored);
  try {
    const int create = read_only ? 0 : SQLite::OPEN_CREATE;
    SQLite::Database connection(file, SQLite::OPEN_READWRITE | create, kBusyMilliseconds);
    if (!read_only) return connection;
    // Readers, too, may write the log's own files, or they could not remove them at the end.
    connection.exec("PRAGMA query_only = ON");
    try {
      connection.execAndGet("PRAGMA schema_version");
      return connection;
    } catch (const SQLite::Exception& error) {
      if (!is_access_error(error.getErrorCode()) || has_log(file)) throw;
    }
    return {immutable_uri(file.string()), SQLite::OPEN_READONLY | SQLite::OPEN_URI};
  } catch (const SQLite::Exception& error) {
    fail(error);
  }
}

bool Database::is_new() {
  return pragma(connection_, "application_id") == 0 && pragma(connection_, "user_version") == 0 &&
         connection_.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
}

void Database::create(const char* schema) {
  connection_.exec("PRAGMA page_size = 8192");  // blocks are tens of kilobytes; takes effect in a new file only
  SQLite::Transaction transaction(connection_, SQLite::TransactionBehavior::IMMEDIATE);
  if (!is_new()) return;  // another process was faster
  connection_.exec(schema);
  connection_.exec(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", format_.application_id, format_.version));
  transaction.commit();
}

void Database::check_format() {
  if (pragma(connection_, "application_id") != format_.application_id)
    throw StoreError(path_, fmt::format("this SQLite file is not a gradclinic {}", format_.kind), "", format_.if_unfit);
  const int version = pragma(connection_, "user_version");
  if (version > format_.version)
    throw StoreError(path_, fmt::format("this {} was written by a newer gradclinic", format_.kind),
                     fmt::format("format {}", version),
                     fmt::format("this program reads up to format {}: update it", format_.version));
  if (version < 1) fail_damaged("its format version is out of range");
}

void Database::fail_damaged(const std::string& what) const {
  throw StoreError(path_, fmt::format("this {} is damaged: {}", format_.kind, what), "", format_.if_unfit);
}

void Database::fail(const SQLite::Exception& error) const {
  const std::string what = error.what();
  switch (error.getErrorCode()) {
    case SQLITE_FULL:
      throw StoreError(path_, "the disk is full", "", "free some space; what was recorded before is kept");
    case SQLITE_NOTADB:
      throw StoreError(path_, fmt::format("this file is not a gradclinic {}", format_.kind), "", format_.if_unfit);
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      throw StoreError(path_, fmt::format("this {} cannot be opened: {}", format_.kind, what), "",
                       "check that its folder exists and that you may write to both");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw StoreError(
          path_, fmt::format("another program has held this {} for {} seconds", format_.kind, kBusyMilliseconds / 1000),
          "", "close it, then repeat");
    case SQLITE_IOERR:
      throw StoreError(path_, fmt::format("this {} cannot be read or written: {}", format_.kind, what), "",
                       "check the disk and its quota; what was recorded before is kept");
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // our statements are fixed: what they miss is missing in the file
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
      fail_damaged(what);
    default:
      throw StoreError(path_, fmt::format("SQLite reports an error: {}", what), std::to_string(error.getErrorCode()));
  }
}

}  // namespace gradclinic
