#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <mutex>
#include <string>
#include <type_traits>
#include <utility>

namespace gradclinic {

/// What tells one kind of our SQLite files from all others.
struct DatabaseFormat {
  const char* kind;       ///< "store": how errors call it
  int application_id;     ///< SQLite's application_id
  int version;            ///< SQLite's user_version; a newer file is refused
  const char* schema;     ///< the statements that make a new file
  const char* if_absent;  ///< advice when there is no such file
  const char* if_unfit;   ///< advice when the file is damaged or not ours
};

/// One connection to a SQLite file of ours (write-ahead log, synchronous = NORMAL), used by one thread at a time;
/// other processes are waited for. Whatever SQLite reports becomes a StoreError with the file, the reason and advice.
class Database {
 public:
  /// Opens the file; creates it, and its folder, unless `read_only`. A file that is not ours is left as it was.
  Database(const std::string& path, const DatabaseFormat& format, bool read_only);

  /// Calls work(SQLite::Database&) in a transaction that sees one state of the file; returns what it returns.
  template <class Work>
  auto read(Work&& work) {
    return in_transaction(SQLite::TransactionBehavior::DEFERRED, std::forward<Work>(work));
  }
  /// The same for changes: all of them are kept, or none when anything throws.
  template <class Work>
  auto write(Work&& work) {
    return in_transaction(SQLite::TransactionBehavior::IMMEDIATE, std::forward<Work>(work));
  }

  const std::string& path() const { return path_; }
  /// Ends with StoreError: the file is damaged, `what` says where.
  [[noreturn]] void fail_damaged(const std::string& what) const;

 private:
  template <class Work>
  auto in_transaction(SQLite::TransactionBehavior behavior, Work&& work) {
    const std::lock_guard lock(mutex_);
    try {
      SQLite::Transaction transaction(connection_, behavior);
      if constexpr (std::is_void_v<decltype(work(connection_))>) {
        work(connection_);
        transaction.commit();
      } else {
        auto result = work(connection_);
        transaction.commit();
        return result;
      }
    } catch (const SQLite::Exception& error) {
      fail(error);
    }
  }
  SQLite::Database open(bool read_only);
  bool is_new();
  void check_format();
  void create(const char* schema);
  [[noreturn]] void fail(const SQLite::Exception& error) const;

  std::string path_;
  DatabaseFormat format_;
  std::mutex mutex_;
  SQLite::Database connection_;
};

}  // namespace gradclinic
