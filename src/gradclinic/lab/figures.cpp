#include "gradclinic/lab/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "gradclinic/lab/curves.h"
#include "gradclinic/lab/levels.h"
#include "gradclinic/lab/words.h"

namespace gradclinic {
namespace {

const char* name_of(FigureKind kind) {
  switch (kind) {
    case FigureKind::by_layer:
      return "by-layer";
    case FigureKind::by_step:
      return "by-step";
    case FigureKind::by_factor:
      return "by-factor";
    case FigureKind::heatmap:
      return "heatmap";
  }
  return "";
}

/// "1-weight-grad-l2-by-layer"
std::string id_of(const FigureSpec& spec, std::size_t number) {
  std::string id = fmt::format("{}-{}-{}", number, spec.measure.quantity, name_of(spec.kind));
  std::replace_if(
      id.begin(), id.end(), [](unsigned char letter) { return std::isalnum(letter) == 0; }, '-');
  return id;
}

std::string measure_label(const FigureSpec& spec) {
  if (spec.kind != FigureKind::by_layer || spec.measure.moment_written) return spec.measure.text;
  return fmt::format("{}, {}", spec.measure.text, name_of(spec.measure.moment));
}

std::vector<std::size_t> selected_cells(const FigureSpec& spec, const ExperimentRuns& runs) {
  std::vector<std::size_t> selected;
  for (std::size_t cell = 0; cell < runs.cells.size(); ++cell)
    if (selects(spec.where, runs.cells[cell])) selected.push_back(cell);
  return selected;
}

void draw_by_cell(const FigureSpec& spec, const ExperimentRuns& runs, const std::vector<std::size_t>& cells,
                  Figure& figure) {
  const std::vector<std::string> labels = distinguishing_labels(runs, cells, {});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    Curve curve = curve_over_seeds(runs, cells[i], extract_of(spec));
    curve.label = labels[i];
    figure.curves.push_back(curve);
  }
  figure.x_label = spec.kind == FigureKind::by_layer ? "layer" : "step";
}

void draw_by_factor(const FigureSpec& spec, const ExperimentRuns& runs, const std::vector<std::size_t>& cells,
                    Figure& figure) {
  const FactorAxis axis = factor_axis(runs, cells, spec.x);
  const std::vector<std::string> labels = distinguishing_labels(runs, cells, {spec.x});
  for (const std::string& label : labels) {
    const auto has_label = [&](const Curve& curve) { return curve.label == label; };
    if (std::any_of(figure.curves.begin(), figure.curves.end(), has_label)) continue;
    Curve curve;
    curve.label = label;
    for (std::size_t level = 0; level < axis.labels.size(); ++level) {
      std::vector<std::size_t> members;
      for (std::size_t i = 0; i < cells.size(); ++i)
        if (labels[i] == label && runs.cells[cells[i]].factors.at(spec.x) == axis.labels[level])
          members.push_back(cells[i]);
      if (!members.empty()) add_point(axis.places[level], pooled_values(runs, members, spec.measure), curve);
    }
    figure.curves.push_back(curve);
  }
  figure.x_label = axis.name;
  figure.log_x = axis.is_geometric;
  if (!axis.is_numeric) figure.x_names = axis.labels;
}

void draw_heatmap(const FigureSpec& spec, const ExperimentRuns& runs, const std::vector<std::size_t>& cells,
                  Figure& figure) {
  const FactorAxis x = factor_axis(runs, cells, spec.x);
  const FactorAxis y = factor_axis(runs, cells, spec.y);
  figure.x_label = x.name;
  figure.y_label = y.name;
  figure.x_names = x.labels;
  figure.y_names = y.labels;
  for (const std::string& y_label : y.labels) {
    figure.cells.emplace_back();
    for (const std::string& x_label : x.labels) {
      std::vector<std::size_t> members;
      for (const std::size_t cell : cells)
        if (runs.cells[cell].factors.at(spec.x) == x_label && runs.cells[cell].factors.at(spec.y) == y_label)
          members.push_back(cell);
      Curve point;
      add_point(0, pooled_values(runs, members, spec.measure), point);
      figure.cells.back().push_back(point.median.front());
    }
  }
}

}  // namespace

Extract extract_of(const FigureSpec& spec) {
  switch (spec.kind) {
    case FigureKind::by_layer:
      return {Extract::Kind::over_layers, spec.measure};
    case FigureKind::by_step:
      return {Extract::Kind::over_steps, spec.measure};
    case FigureKind::by_factor:
    case FigureKind::heatmap:
      break;
  }
  return {Extract::Kind::value, spec.measure};
}

Figure draw(const FigureSpec& spec, const ExperimentRuns& runs, std::size_t number) {
  Figure figure;
  figure.id = id_of(spec, number);
  figure.title = spec.title;
  figure.kind = name_of(spec.kind);
  figure.quantity = measure_label(spec);
  figure.y_label = measure_label(spec);
  figure.note = spec.note;
  figure.log_y = spec.scale == Scale::log;
  const std::vector<std::size_t> cells = selected_cells(spec, runs);
  for (const std::size_t cell : cells)
    figure.seeds = std::max(
        figure.seeds,
        static_cast<int>(std::count_if(runs.results[cell].begin(), runs.results[cell].end(),
                                       [](const std::optional<RunResult>& result) { return result.has_value(); })));
  switch (spec.kind) {
    case FigureKind::by_layer:
    case FigureKind::by_step:
      draw_by_cell(spec, runs, cells, figure);
      break;
    case FigureKind::by_factor:
      draw_by_factor(spec, runs, cells, figure);
      break;
    case FigureKind::heatmap:
      draw_heatmap(spec, runs, cells, figure);
      break;
  }
  std::erase_if(figure.curves, [](const Curve& curve) {
    return std::all_of(curve.median.begin(), curve.median.end(), [](double value) { return std::isnan(value); });
  });
  return figure;
}

}  // namespace gradclinic
