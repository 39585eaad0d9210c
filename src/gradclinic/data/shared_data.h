#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "gradclinic/data/dataset.h"

namespace gradclinic {

/// A spec's data as load_data leaves them, and the generator where the weights are drawn from next.
struct LoadedData {
  Split split;
  Generator generator;
};

/// The last few data sets loaded: the runs of one seed mostly differ in their networks alone. Safe among threads; two
/// that ask for the same at once load it once.
class SharedData {
 public:
  explicit SharedData(std::size_t most) : most_(most) {}

  /// The data of a spec; copy the generator to draw from it. Throws what load_data throws.
  std::shared_ptr<const LoadedData> get(const Spec& spec);

 private:
  struct Entry {
    std::string key;
    std::mutex loading;
    std::shared_ptr<const LoadedData> data;
  };
  std::shared_ptr<Entry> entry_of(const std::string& key);

  std::size_t most_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Entry>> entries_;  ///< the one used last first
};

}  // namespace gradclinic
