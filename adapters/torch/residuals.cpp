#include "residuals.h"

#include <torch/csrc/autograd/function.h>

#include <deque>
#include <unordered_set>
#include <vector>

namespace gradclinic::torch {
namespace {

using ::torch::autograd::Node;

constexpr std::size_t kMostNodes = 4000;
constexpr std::size_t kMostBetween = 60;  // from a sum back to where its skip began

std::vector<const Node*> before(const Node* node) {
  std::vector<const Node*> nodes;
  for (const ::torch::autograd::Edge& edge : node->next_edges())
    if (edge.function) nodes.push_back(edge.function.get());
  return nodes;
}

/// Nearest first.
bool comes_from(const Node* node, const Node* source) {
  std::unordered_set<const Node*> seen;
  std::deque<const Node*> waiting = {node};
  while (!waiting.empty() && seen.size() < kMostBetween) {
    const Node* const next = waiting.front();
    waiting.pop_front();
    if (next == source) return true;
    if (!seen.insert(next).second) continue;
    for (const Node* each : before(next)) waiting.push_back(each);
  }
  return false;
}

}  // namespace

bool has_residuals(const at::Tensor& output) {
  std::unordered_set<const Node*> seen;
  std::vector<const Node*> waiting;
  if (output.grad_fn()) waiting.push_back(output.grad_fn().get());
  while (!waiting.empty() && seen.size() < kMostNodes) {
    const Node* const node = waiting.back();
    waiting.pop_back();
    if (!seen.insert(node).second) continue;
    const std::vector<const Node*> sources = before(node);
    const bool adds = node->name().starts_with("AddBackward") && sources.size() == 2;
    if (adds && (comes_from(sources[0], sources[1]) || comes_from(sources[1], sources[0]))) return true;
    waiting.insert(waiting.end(), sources.begin(), sources.end());
  }
  return false;
}

}  // namespace gradclinic::torch
