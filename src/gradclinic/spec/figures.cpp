#include "gradclinic/spec/experiment_fields.h"
#include "gradclinic/spec/experiment_parts.h"
#include "gradclinic/spec/factors.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

FigureKind kind_of(const std::string& name) {
  if (name == "by-layer") return FigureKind::by_layer;
  if (name == "by-step") return FigureKind::by_step;
  return name == "heatmap" ? FigureKind::heatmap : FigureKind::by_factor;
}

/// A heatmap has one cell a tile: every factor that is no axis must be fixed.
void check_open_factors(const FigureSpec& figure, const Frame& frame, const std::string& at) {
  for (const Factor& factor : frame.factors) {
    if (factor.name == figure.x || factor.name == figure.y || factor.values.size() == 1) continue;
    const auto fixed = figure.where.find(factor.name);
    if (fixed == figure.where.end() || fixed->second.size() != 1) {
      throw BadInput(at, "leaves a factor open", factor.name, "fix it to one value, in where = { ... }");
    }
  }
}

}  // namespace

FigureSpec read_figure(const Value& table, const Frame& frame) {
  FigureKeys keys;
  const Lines lines = read_section(table, "figure", fields_of(keys), frame.where);
  const auto at = [&](const std::string& name) {
    const auto line = lines.find("figure." + name);
    return place(frame.where, line == lines.end() ? table.line : line->second, "figure." + name);
  };
  const auto needs = [&](const std::string& name, const std::string& value) {
    if (value.empty()) throw BadInput(at(name), "is missing", "", "a " + keys.kind + " figure needs a factor here");
    check_factor(value, frame.factors, at(name));
  };
  const auto refuses = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) throw BadInput(at(name), "means nothing in a " + keys.kind + " figure", excerpt(value));
  };

  FigureSpec figure;
  figure.kind = kind_of(keys.kind);
  figure.origin = place(frame.where, table.line, "");
  figure.measure = parse_measure(keys.quantity, at("quantity"));
  if (!keys.at.empty()) figure.measure = parse_measure(keys.quantity + " at " + keys.at, at("at"));
  figure.scale = keys.scale == "log" ? Scale::log : Scale::linear;
  figure.title = keys.title.empty() ? figure.measure.text : keys.title;
  figure.note = keys.note;
  figure.x = keys.x;
  figure.y = keys.y;
  figure.where = read_filled_selection(keys.where, frame, "figure.where");

  const bool series = figure.kind == FigureKind::by_layer || figure.kind == FigureKind::by_step;
  if (series) {
    refuses("x", keys.x);
    refuses("quantity", figure.measure.steps_to ? keys.quantity : "");
  } else {
    needs("x", keys.x);
  }
  if (figure.kind == FigureKind::by_layer)
    refuses("quantity", figure.measure.layers == Layers::whole ? "" : keys.quantity);
  if (figure.kind == FigureKind::by_step) refuses("at", figure.measure.moment_written ? figure.measure.text : "");
  if (figure.kind == FigureKind::heatmap) {
    needs("y", keys.y);
    if (keys.x == keys.y) throw BadInput(at("y"), "is the same factor as x", keys.y);
    check_open_factors(figure, frame, at("where"));
  } else {
    refuses("y", keys.y);
  }
  return figure;
}

}  // namespace gradclinic
