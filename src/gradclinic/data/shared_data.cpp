#include "gradclinic/data/shared_data.h"

#include <algorithm>

#include "gradclinic/spec/toml.h"

namespace gradclinic {
namespace {

/// All that load_data reads of a spec.
std::string key_of(const Spec& spec) {
  Spec data;
  data.seed = spec.seed;
  data.data = spec.data;
  data.train.loss = spec.train.loss;
  return to_toml(data) + spec.folder;
}

}  // namespace

std::shared_ptr<const LoadedData> SharedData::get(const Spec& spec) {
  const std::shared_ptr<Entry> entry = entry_of(key_of(spec));
  const std::lock_guard lock(entry->loading);
  if (!entry->data) {
    Generator generator(spec.seed);
    Split split = load_data(spec, generator);
    entry->data = std::make_shared<LoadedData>(LoadedData{std::move(split), generator});
  }
  return entry->data;
}

std::shared_ptr<SharedData::Entry> SharedData::entry_of(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const std::shared_ptr<Entry>& entry) { return entry->key == key; });
  if (known != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, known);
  } else {
    entries_.push_front(std::make_shared<Entry>());
    entries_.front()->key = key;
    if (entries_.size() > most_) entries_.pop_back();
  }
  return entries_.front();
}

}  // namespace gradclinic
