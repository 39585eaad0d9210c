#include "gradclinic/logs/export_tensorboard.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>

#include "gradclinic/instruments/histogram.h"
#include "gradclinic/logs/event_file.h"
#include "gradclinic/support/file.h"

namespace gradclinic {
namespace {

constexpr std::string_view kLayer = "/layer_";
constexpr std::string_view kHistogram = ".histogram.";

/// Seconds since 1970 of "2024-05-06T07:08:09Z"; 0 for any other text.
double seconds_of(const std::string& started) {
  tm parts{};
  const char* const end = strptime(started.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return end && *end == '\0' ? static_cast<double>(timegm(&parts)) : 0;
}

/// Tells when a step was done, as far as it can be told: all steps take as long.
class Clock {
 public:
  explicit Clock(const Record& record)
      : started_(seconds_of(record.started)),
        step_seconds_(record.outcome.seconds / static_cast<double>(std::max<std::int64_t>(1, record.outcome.steps))) {}
  double started() const { return started_; }
  double at(std::int64_t step) const { return started_ + step_seconds_ * static_cast<double>(step); }

 private:
  double started_;
  double step_seconds_;
};

/// Upper edges of the bins as log2 |x|: zeros and what is below the first power get a bin of the others' width each.
std::vector<double> log2_edges() {
  std::vector<double> edges = {kFirstExponent - kExponentStep, kFirstExponent};
  for (int exponent = kFirstExponent; exponent <= kLastExponent; exponent += kExponentStep)
    edges.push_back(exponent + kExponentStep);
  return edges;
}

/// The bins without the last one, which holds no magnitudes.
LoggedHistogram log2_histogram(const std::vector<double>& shares) {
  LoggedHistogram histogram{.limits = log2_edges(), .counts = shares};
  const auto filled = [](double share) { return share > 0; };
  const auto first = std::ranges::find_if(shares, filled) - shares.begin();
  const auto last = std::find_if(shares.rbegin(), shares.rend(), filled).base() - shares.begin() - 1;
  if (last < 0) return histogram;
  histogram.least = histogram.limits[static_cast<std::size_t>(first)] - kExponentStep;
  histogram.largest = histogram.limits[static_cast<std::size_t>(last)];
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double middle = histogram.limits[i] - 0.5 * kExponentStep;
    histogram.count += shares[i];
    histogram.sum += shares[i] * middle;
    histogram.sum_of_squares += shares[i] * middle * middle;
  }
  return histogram;
}

/// Where the bins of each tensor and layer stand in the table of histograms: the column of the first bin, in order.
std::map<Column, std::size_t> histogram_places(const Table& table) {
  std::map<Column, std::size_t> places;
  const std::string first = std::string(kHistogram) + histogram_bin_names().front();
  for (std::size_t i = 0; i + kHistogramBins <= table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (column.quantity.ends_with(first))
      places[{column.quantity.substr(0, column.quantity.size() - first.size()), column.layer}] = i;
  }
  return places;
}

void add_histograms(const Table& table, const Clock& clock, EventFileWriter& writer) {
  const std::map<Column, std::size_t> places = histogram_places(table);
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (const auto& [tensor, place] : places) {
      const float* const bins = table.values.data() + row * table.columns.size() + place;
      const std::vector<double> shares(bins, bins + kHistogramBins - 1);
      if (std::ranges::none_of(shares, [](double share) { return std::isnan(share); }))
        writer.add_histogram(tag_of({tensor.quantity + ".log2", tensor.layer}), table.steps[row],
                             clock.at(table.steps[row]), log2_histogram(shares));
      writer.add_scalar(tag_of({tensor.quantity + ".non_finite_share", tensor.layer}), table.steps[row],
                        clock.at(table.steps[row]), bins[kHistogramBins - 1]);
    }
}

void add_scalars(const Table& table, const Clock& clock, EventFileWriter& writer) {
  std::vector<std::string> tags;
  for (const Column& column : table.columns) tags.push_back(tag_of(column));
  const float* value = table.values.data();
  for (const std::int64_t step : table.steps)
    for (const std::string& tag : tags) writer.add_scalar(tag, step, clock.at(step), *value++);
}

}  // namespace

std::string tag_of(const Column& column) {
  if (column.layer == 0) return column.quantity;
  return fmt::format("{}{}{:02}", column.quantity, kLayer, column.layer);
}

Column column_of(const std::string& tag) {
  const std::size_t place = tag.rfind(kLayer);
  if (place == std::string::npos) return {tag, 0};
  const char* const begin = tag.data() + place + kLayer.size();
  const char* const end = tag.data() + tag.size();
  int layer = 0;
  const auto [stop, failure] = std::from_chars(begin, end, layer);
  if (failure != std::errc() || stop != end) return {tag, 0};
  return {tag.substr(0, place), layer};
}

std::string export_tensorboard(const Record& record, const std::string& folder) {
  const Clock clock(record);
  EventFileWriter writer(kLogWriter, clock.started());
  for (const auto& [name, table] : record.tables)
    name == "histograms" ? add_histograms(table, clock, writer) : add_scalars(table, clock, writer);
  const std::string name = fmt::format("events.out.tfevents.{:010.0f}.{}", clock.started(), kLogWriter);
  std::string path = (std::filesystem::path(folder) / name).string();
  write_file(path, writer.file());
  return path;
}

}  // namespace gradclinic
