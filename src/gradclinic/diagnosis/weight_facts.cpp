#include "gradclinic/diagnosis/weight_facts.h"

#include <algorithm>
#include <cmath>

namespace gradclinic {
namespace {

bool units_come_last(const std::string& name) { return name.ends_with("kernel") || name.ends_with("kernel:0"); }

Index units_of(const StoredTensor& tensor) {
  return units_come_last(tensor.name) ? tensor.shape.back() : tensor.shape.front();
}

/// The weights as units x inputs.
std::vector<double> by_unit(const StoredTensor& tensor, std::vector<double> values) {
  if (!units_come_last(tensor.name)) return values;
  const auto units = static_cast<std::size_t>(units_of(tensor));
  const std::size_t inputs = values.size() / units;
  std::vector<double> turned(values.size());
  for (std::size_t input = 0; input < inputs; ++input)
    for (std::size_t unit = 0; unit < units; ++unit) turned[unit * inputs + input] = values[input * units + unit];
  return turned;
}

void read_units(const std::vector<double>& weights, std::size_t units, WeightFacts& facts) {
  const std::size_t inputs = weights.size() / units;
  facts.units = static_cast<double>(units);
  facts.units_alike = facts.inputs_alike = true;
  for (std::size_t unit = 0; unit < units; ++unit) {
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(unit * inputs);
    const auto end = begin + static_cast<std::ptrdiff_t>(inputs);
    if (std::all_of(begin, end, [](double weight) { return weight == 0; })) ++facts.zero_units;
    facts.units_alike &= std::equal(begin, end, weights.begin());
    facts.inputs_alike &= std::all_of(begin, end, [&](double weight) { return weight == *begin; });
  }
  facts.units_alike &= facts.zero_units == 0;
  facts.gain = facts.norm / std::sqrt(facts.size) * std::sqrt(static_cast<double>(inputs));
}

}  // namespace

bool is_weight_matrix(const StoredTensor& tensor) {
  if (tensor.raw.empty() || tensor.shape.size() < 2) return false;
  const Index units = units_of(tensor);
  return units >= 2 && tensor.size() / units >= 2;
}

WeightFacts facts_of(const StoredTensor& tensor, int layer) {
  std::vector<double> values = values_of(tensor);
  WeightFacts facts{.name = tensor.name, .layer = layer, .size = static_cast<double>(values.size())};
  double squares = 0;
  facts.constant = true;
  for (const double value : values) {
    if (!std::isfinite(value)) ++facts.non_finite;
    if (value == 0) ++facts.zeros;
    facts.constant &= value == values.front();
    squares += value * value;
  }
  facts.norm = std::sqrt(squares);
  if (layer > 0 && facts.non_finite == 0)
    read_units(by_unit(tensor, std::move(values)), static_cast<std::size_t>(units_of(tensor)), facts);
  return facts;
}

double relative_change(const StoredTensor& before, const StoredTensor& after) {
  const std::vector<double> one = values_of(before), other = values_of(after);
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    difference += (other[i] - one[i]) * (other[i] - one[i]);
    size += one[i] * one[i];
  }
  return std::sqrt(difference / size);
}

bool are_equal(const StoredTensor& one, const StoredTensor& other) {
  if (one.type == other.type && one.big_endian == other.big_endian && one.fortran_order == other.fortran_order &&
      std::ranges::equal(one.raw, other.raw))
    return true;
  return values_of(one) == values_of(other);
}

}  // namespace gradclinic
