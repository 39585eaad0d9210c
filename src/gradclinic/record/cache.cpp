#include "gradclinic/record/cache.h"

#include "gradclinic/record/compression.h"
#include "gradclinic/record/database.h"

namespace gradclinic {
namespace {

constexpr DatabaseFormat kFormat{
    .kind = "cache",
    .application_id = 0x67634361,  // "gcCa"
    .version = 1,
    .schema =
        "CREATE TABLE entries (key TEXT PRIMARY KEY, bytes INTEGER NOT NULL, crc INTEGER NOT NULL, data BLOB NOT NULL)",
    .if_absent = "choose another folder",
    .if_unfit = "delete it or choose another folder",
};

/// Over key and value, so that a value is not taken for another key's when the file's index is damaged.
std::int64_t checksum_of(const std::string& key, const std::string& data) {
  return checksum(std::to_string(key.size()) + ":" + key + data);
}

}  // namespace

struct Cache::Implementation {
  Database database;
};

Cache::Cache(const std::string& path) : implementation_(new Implementation{Database(path, kFormat, false)}) {}
Cache::~Cache() = default;
Cache::Cache(Cache&&) noexcept = default;

void Cache::put(const std::string& key, const std::string& value) {
  const std::string data = Deflater().compress(value);
  implementation_->database.write([&](SQLite::Database& connection) {
    SQLite::Statement insert(connection, "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)");
    insert.bindNoCopy(1, key);
    insert.bind(2, static_cast<std::int64_t>(value.size()));
    insert.bind(3, checksum_of(key, data));
    insert.bindNoCopy(4, data.data(), static_cast<int>(data.size()));
    insert.exec();
  });
}

std::optional<std::string> Cache::get(const std::string& key) const {
  return implementation_->database.read([&](SQLite::Database& connection) -> std::optional<std::string> {
    SQLite::Statement select(connection, "SELECT bytes, crc, data FROM entries WHERE key = ?");
    select.bindNoCopy(1, key);
    if (!select.executeStep()) return std::nullopt;
    const std::string data = select.getColumn(2).getString();
    if (checksum_of(key, data) != select.getColumn(1).getInt64()) return std::nullopt;
    return decompress(data, static_cast<std::size_t>(select.getColumn(0).getInt64()));
  });
}

}  // namespace gradclinic
