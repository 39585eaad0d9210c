#include "residuals.h"

#include <deque>
#include <unordered_set>

namespace gradclinic::torch {
namespace {

constexpr std::size_t kMostBetween = 60;  // operations from a sum back to where its skip began

}  // namespace

void Residuals::computed(const c10::intrusive_ptr<c10::TensorImpl>& output, const std::vector<c10::TensorImpl*>& inputs,
                         bool adds) {
  Sources sources;
  for (c10::TensorImpl* input : inputs) sources.push_back(place_of(input));
  if (adds && sources.size() == 2) found_ |= comes_from(sources[0], sources[1]) || comes_from(sources[1], sources[0]);
  alive_.emplace_back(output);
  places_[output.get()] = sources_.size();
  sources_.push_back(std::move(sources));
}

std::size_t Residuals::place_of(c10::TensorImpl* tensor) {
  const auto [entry, is_new] = places_.emplace(tensor, sources_.size());
  if (is_new) sources_.emplace_back();
  return entry->second;
}

bool Residuals::comes_from(std::size_t place, std::size_t source) const {
  std::unordered_set<std::size_t> seen;
  std::deque<std::size_t> waiting(sources_[place].begin(), sources_[place].end());  // nearest first
  while (!waiting.empty() && seen.size() < kMostBetween) {
    const std::size_t next = waiting.front();
    waiting.pop_front();
    if (next == source) return true;
    if (!seen.insert(next).second) continue;
    waiting.insert(waiting.end(), sources_[next].begin(), sources_[next].end());
  }
  return false;
}

}  // namespace gradclinic::torch
