#include "gradclinic/spec/experiment_fields.h"
#include "gradclinic/spec/experiment_parts.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

Comparison comparison_of(const std::string& name) {
  if (name == "greater") return Comparison::greater;
  if (name == "less") return Comparison::less;
  if (name == "equal") return Comparison::equal;
  return name == "above" ? Comparison::above : Comparison::below;
}

std::vector<Selection> read_right(const Value& value, const Frame& frame) {
  std::vector<Selection> right;
  if (const auto* several = value.as<Value::Array>()) {
    for (const Value& table : *several) right.push_back(read_filled_selection(&table, frame, "claim.right"));
  } else {
    right.push_back(read_filled_selection(&value, frame, "claim.right"));
  }
  return right;
}

Acts read_acts(const Value& table, const Frame& frame) {
  ActsKeys keys;
  read_section(table, "claim.acts", fields_of(keys), frame.where);
  return {parse_measure(keys.measure, place(frame.where, table.line, "claim.acts.measure")), keys.above};
}

}  // namespace

ClaimSpec read_claim(const Value& table, const Frame& frame) {
  ClaimKeys keys;
  const Lines lines = read_section(table, "claim", fields_of(keys), frame.where);
  const auto at = [&](const std::string& name) {
    const auto line = lines.find("claim." + name);
    return place(frame.where, line == lines.end() ? table.line : line->second, "claim." + name);
  };
  const auto expect = [&](const std::string& name, bool given, bool wanted) {
    const std::string with = "is = \"" + keys.is + "\"";
    if (wanted && !given) throw BadInput(at(name), "is missing", "", with + " needs it");
    if (given && !wanted) throw BadInput(at(name), "means nothing with " + with, "", "leave it out");
  };

  ClaimSpec claim;
  claim.is = comparison_of(keys.is);
  const bool constant = claim.is == Comparison::above || claim.is == Comparison::below;
  expect("value", keys.value.has_value(), constant);
  expect("right", keys.right != nullptr, !constant);
  if (constant) expect("scale", lines.contains("claim.scale"), false);
  if (claim.is == Comparison::equal) expect("margin", keys.margin.has_value(), true);

  check_id(keys.id, at("id"));
  claim.id = keys.id;
  claim.says = keys.says;
  claim.source = keys.source;
  claim.explain = keys.explain;
  claim.origin = place(frame.where, table.line, "");
  claim.measure = parse_measure(keys.measure, at("measure"));
  claim.left = read_filled_selection(keys.left, frame, "claim.left");
  claim.value = keys.value.value_or(0);
  claim.scale = constant || keys.scale == "linear" ? Scale::linear : Scale::log;
  claim.margin = keys.margin;
  const double no_margin = claim.scale == Scale::log ? 1 : 0;
  if (claim.margin && *claim.margin <= no_margin) {
    throw BadInput(at("margin"), "out of range", to_toml(*claim.margin),
                   claim.scale == Scale::log ? "allowed: a ratio above 1" : "allowed: a difference above 0");
  }
  if (keys.right) {
    claim.right = read_right(*keys.right, frame);
    if (claim.right.empty()) throw BadInput(at("right"), "nothing to compare with", "[]");
    check_sides(claim.left, claim.right, frame, at("right"));
  }
  if (keys.acts) claim.acts = read_acts(*keys.acts, frame);
  return claim;
}

}  // namespace gradclinic
