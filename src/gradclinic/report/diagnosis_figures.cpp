#include "gradclinic/report/diagnosis_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "gradclinic/diagnosis/chart.h"
#include "gradclinic/diagnosis/pathology.h"
#include "gradclinic/instruments/gauge.h"

namespace gradclinic {
namespace {

constexpr std::size_t kMostPoints = 400;
constexpr std::size_t kMostLayers = 4;
/// Values further apart than this need a logarithmic scale.
constexpr double kWide = 30;

/// Without a band: one run has none.
void add_point(Curve& curve, double x, double value) {
  curve.x.push_back(x);
  curve.median.push_back(value);
  for (auto* side : {&curve.low, &curve.high}) side->push_back(std::nan(""));
}

bool spans_widely(const std::vector<Curve>& curves) {
  double least = INFINITY, most = 0;
  for (const Curve& curve : curves)
    for (double value : curve.median) {
      if (value < 0) return false;
      if (!(value > 0) || !std::isfinite(value)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
    }
  return most > kWide * least;
}

Curve curve_of(const std::string& label, const std::vector<Point>& points, double Point::*value) {
  Curve curve{.label = label, .x = {}, .median = {}, .low = {}, .high = {}};
  for (const Point& point : points) add_point(curve, static_cast<double>(point.step), point.*value);
  return curve;
}

Figure by_step(const std::string& id, const std::string& title, const std::string& quantity,
               std::vector<Curve> curves) {
  Figure figure{.id = id,
                .title = title,
                .kind = "by-step",
                .quantity = quantity,
                .x_label = "step",
                .y_label = quantity,
                .x_names = {},
                .y_names = {},
                .curves = std::move(curves),
                .cells = {},
                .note = {}};
  figure.log_y = spans_widely(figure.curves);
  return figure;
}

void add_courses(const Course& course, std::vector<Figure>& figures) {
  if (course.training.size() < 2) return;
  std::vector<Curve> losses = {curve_of("training", course.training, &Point::loss)};
  std::vector<Curve> accuracies = {curve_of("training", course.training, &Point::accuracy)};
  if (!course.validation.empty()) {
    losses.push_back(curve_of("held out", course.validation, &Point::loss));
    accuracies.push_back(curve_of("held out", course.validation, &Point::accuracy));
  }
  Curve constant{
      .label = course.of_first ? "at first" : "constant prediction", .x = {}, .median = {}, .low = {}, .high = {}};
  for (const Point& point : {course.training.front(), course.last()})
    add_point(constant, static_cast<double>(point.step), 1);
  losses.push_back(constant);
  figures.push_back(by_step("loss", "Loss over the training",
                            course.of_first ? "loss, where 1 is the first" : "loss, of the best constant prediction's",
                            losses));
  if (!std::isnan(course.last().accuracy))
    figures.push_back(by_step("accuracy", "Accuracy over the training", "accuracy", accuracies));
}

std::string words(std::string name) {
  for (std::size_t at = name.find("_grad"); at != std::string::npos; at = name.find("_grad"))
    name.replace(at, 5, " gradient");
  if (name.starts_with("pre_activation")) name[3] = '-';
  std::ranges::replace(name, '_', ' ');
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

/// What a survey's quantities say, for a title; see LayerSurvey.
const std::map<std::string, std::string> kSurveyed = {{"dead", "Share of units that are 0 on every sample"},
                                                      {"saturated", "Share of saturated units"},
                                                      {"alike", "How alike two samples look (1: the same)"},
                                                      {"dimensions", "Directions that activations spread over"},
                                                      {"spread", "Deviation of a unit over the samples"}};

/// "Weight: standard deviation", by the gauges' own summaries as far as their first comma.
std::string title_of(const std::string& quantity) {
  const std::size_t dot = quantity.find('.');
  const std::string family = quantity.substr(0, dot);
  const std::string part = dot == std::string::npos ? "" : quantity.substr(dot + 1);
  if (family == "survey" && kSurveyed.contains(part)) return kSurveyed.at(part);
  for (const Gauge& gauge : gauges::all())
    if (gauge.id == (part.empty() ? family : part)) {
      const std::string says = gauge.summary.substr(0, gauge.summary.find(','));
      return part.empty() ? words(says) : words(family) + ": " + says;
    }
  return words(quantity);
}

/// The layers that a finding names, the first and the last; a few.
std::vector<int> chosen_layers(const std::vector<int>& recorded, const Finding* finding) {
  std::vector<int> wanted = {recorded.front(), recorded.back()};
  if (finding) wanted.insert(wanted.end(), finding->layers.begin(), finding->layers.end());
  std::vector<int> chosen;
  for (int layer : wanted)
    if (std::ranges::count(recorded, layer) > 0 && std::ranges::count(chosen, layer) == 0 &&
        chosen.size() < kMostLayers)
      chosen.push_back(layer);
  std::ranges::sort(chosen);
  return chosen;
}

Curve series_of(const Chart& chart, const std::string& quantity, int layer, const std::string& label) {
  Curve curve{.label = label, .x = {}, .median = {}, .low = {}, .high = {}};
  const std::vector<float> values = chart.series(quantity, layer);
  const std::size_t stride = (values.size() + kMostPoints - 1) / kMostPoints;
  for (std::size_t row = 0; row < values.size(); row += stride)
    add_point(curve, static_cast<double>(chart.step(quantity, row)), values[row]);
  return curve;
}

Figure by_layer(const Chart& chart, const std::string& quantity, const std::vector<int>& layers) {
  std::vector<Curve> curves;
  const bool course = chart.rows(quantity) > 1;
  for (const auto& [label, window] : {std::pair{"first steps", kStart}, std::pair{"last steps", kEnd}}) {
    Curve curve{.label = course ? label : "before training", .x = {}, .median = {}, .low = {}, .high = {}};
    for (int layer : layers) add_point(curve, layer, chart.median(quantity, layer, window));
    curves.push_back(curve);
    if (!course) break;
  }
  Figure figure = by_step(quantity + "-by-layer", title_of(quantity), quantity, curves);
  figure.kind = "by-layer";
  figure.x_label = "layer";
  return figure;
}

void add_quantity(const Chart& chart, const std::string& quantity, const Finding* finding,
                  std::vector<Figure>& figures) {
  const std::vector<int> layers = chart.record().layers(quantity);
  if (layers.empty()) return;
  if (layers.back() > 0 && layers.size() > 1) figures.push_back(by_layer(chart, quantity, layers));
  if (chart.rows(quantity) < 2) return;
  std::vector<Curve> curves;
  for (int layer : chosen_layers(layers, finding))
    curves.push_back(series_of(chart, quantity, layer, layer == 0 ? quantity : fmt::format("layer {}", layer)));
  figures.push_back(by_step(quantity + "-by-step", title_of(quantity) + ", over the steps", quantity, curves));
}

/// Plotted already, or of the data alone.
bool needs_no_figure(const std::string& quantity) {
  return quantity.starts_with("data.") || quantity.ends_with("loss") || quantity.ends_with("accuracy");
}

}  // namespace

std::vector<Figure> diagnosis_figures(const DiagnosisReport& report) {
  const Chart chart(report.record);
  std::vector<Figure> figures;
  add_courses(chart.course(), figures);
  std::vector<std::pair<std::string, const Finding*>> wanted;
  for (const auto* list : {&report.diagnosis.findings, &report.diagnosis.notes})
    for (const Finding& finding : *list)
      if (const Pathology* pathology = find_pathology(finding.pathology))
        for (const std::string& quantity : pathology->needs) wanted.push_back({quantity, &finding});
  for (const char* always : {"pre_activation_grad.l2", "update_ratio"}) wanted.push_back({always, nullptr});
  std::vector<std::string> drawn;
  for (const auto& [quantity, finding] : wanted) {
    if (needs_no_figure(quantity) || std::ranges::count(drawn, quantity) > 0) continue;
    drawn.push_back(quantity);
    add_quantity(chart, quantity, finding, figures);
  }
  return figures;
}

}  // namespace gradclinic
