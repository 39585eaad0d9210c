#include "gradclinic/logs/log_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>

#include "gradclinic/data/readers/file.h"
#include "gradclinic/logs/event_file.h"
#include "gradclinic/logs/export_tensorboard.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

namespace fs = std::filesystem;

/// As TensorBoard finds event files.
constexpr const char* kEventFile = "tfevents";

std::string folder_below(const std::string& root, const std::string& file) {
  const fs::path folder = fs::path(file).parent_path().lexically_relative(root);
  return folder == "." || folder.empty() ? "" : folder.generic_string();
}

/// Sorts by step; of the values of one step the last that came stays. Returns how many were dropped.
std::size_t put_in_order(Series& series) {
  std::vector<std::size_t> order(series.steps.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t place) { return series.steps[place]; });
  Series sorted;
  for (const std::size_t place : order) {
    if (!sorted.steps.empty() && sorted.steps.back() == series.steps[place]) {
      sorted.values.back() = series.values[place];
      continue;
    }
    sorted.steps.push_back(series.steps[place]);
    sorted.values.push_back(series.values[place]);
  }
  std::swap(series, sorted);
  return sorted.steps.size() - series.steps.size();
}

}  // namespace

std::vector<std::string> event_files_at(const std::string& path) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) return {path};
  std::vector<std::string> files;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(path, options, failure), end; !failure && at != end; at.increment(failure))
    if (at->is_regular_file(failure) && at->path().filename().string().find(kEventFile) != std::string::npos)
      files.push_back(at->path().string());
  std::ranges::sort(files);
  return files;
}

LogFiles read_log_files(const std::string& path) {
  LogFiles log{.files = event_files_at(path)};
  if (log.files.empty())
    throw BadInput(path, "no event files in this folder or those in it", "", "their names have `tfevents` in them");
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  std::error_code failure;
  const bool of_folder = fs::is_directory(path, failure);
  log.own = true;
  for (const std::string& name : log.files) {
    const File file(name);
    const EventFile read = read_event_file(file.bytes(), name);
    log.own &= read.writer == kLogWriter;
    if (read.cut_short)
      log.remarks.push_back(fmt::format("{} ends within a record, at byte {}: it is judged as far as it goes",
                                        excerpt(name), read.whole_bytes));
    const std::string folder = of_folder ? folder_below(path, name) : "";
    for (const LoggedScalar& scalar : read.scalars) {
      const auto [place, is_new] = places.try_emplace({folder, scalar.tag}, log.tags.size());
      if (is_new)
        log.tags.push_back({.folder = folder,
                            .tag = scalar.tag,
                            .where = excerpt(folder.empty() ? scalar.tag : folder + "/" + scalar.tag),
                            .meaning = meaning_of(scalar.tag, folder)});
      Series& series = log.tags[place->second].series;
      series.steps.push_back(scalar.step);
      series.values.push_back(static_cast<float>(scalar.value));
    }
  }
  for (TagSeries& tag : log.tags)
    if (const std::size_t dropped = put_in_order(tag.series))
      log.remarks.push_back(fmt::format("{} steps of {} come twice: the later values count", dropped, tag.where));
  return log;
}

}  // namespace gradclinic
