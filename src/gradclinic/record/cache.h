#pragma once

#include <memory>
#include <optional>
#include <string>

namespace gradclinic {

/// Values kept by key in one SQLite file, so that finished work is not done twice. Safe to use from several threads and
/// processes at once. Values are compressed and check-summed.
class Cache {
 public:
  /// Opens or creates the file. Throws StoreError when it is damaged, not a cache, newer or not writable, and says to
  /// delete it or to choose another folder.
  explicit Cache(const std::string& path);
  ~Cache();
  Cache(Cache&&) noexcept;

  /// Keeps `value` under `key`; an earlier value is replaced. It is kept even when the process is killed right after.
  /// Throws StoreError (disk full, ...).
  void put(const std::string& key, const std::string& value);
  /// The value, byte for byte; nothing when the key is not there or its value was damaged: do the work again.
  std::optional<std::string> get(const std::string& key) const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gradclinic
