#include "gradclinic/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>

#include "gradclinic/support/number_text.h"

namespace gradclinic {
namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kQuietTime = std::chrono::seconds(5);
constexpr int kBarWidth = 24;

std::int64_t finished(const LabProgress& progress) { return progress.done + progress.failed; }

std::int64_t tenths(const LabProgress& progress) {
  return progress.total == 0 ? 10 : 10 * finished(progress) / progress.total;
}

}  // namespace

std::string progress_text(const LabProgress& progress, int bar_width, const std::string& unit) {
  const double share =
      progress.total == 0 ? 1 : static_cast<double>(finished(progress)) / static_cast<double>(progress.total);
  const auto filled = static_cast<std::size_t>(share * bar_width);
  std::string text;
  if (bar_width > 0)
    text = "[" + std::string(filled, '#') + std::string(static_cast<std::size_t>(bar_width) - filled, '-') + "] ";
  text += fmt::format("{} of {} {}", finished(progress), progress.total, unit);
  if (progress.cached > 0) text += fmt::format(" ({} kept from before)", progress.cached);
  if (progress.failed > 0) text += fmt::format(", {} left out", progress.failed);
  if (progress.runs_per_second > 0) text += fmt::format(", {} {}/s", number_text(progress.runs_per_second), unit);
  if (progress.runs_per_second > 0 && finished(progress) < progress.total && std::isfinite(progress.seconds_left))
    text += fmt::format(", {} left", duration_text(progress.seconds_left));
  return text;
}

ProgressLine::ProgressLine(std::string unit) : unit_(std::move(unit)), is_terminal_(isatty(STDERR_FILENO) != 0) {}

bool ProgressLine::is_due(const LabProgress& progress, std::chrono::steady_clock::time_point now) const {
  if (finished(progress) == progress.total) return true;
  if (is_terminal_) return now - shown_at_ >= kRedraw;
  return tenths(progress) > tenths_shown_ || now - shown_at_ >= kQuietTime;
}

void ProgressLine::show(const LabProgress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (!is_due(progress, now)) return;
  shown_at_ = now;
  tenths_shown_ = tenths(progress);
  if (is_terminal_) {
    const auto columns = static_cast<std::size_t>(terminal_columns(stderr, 80));
    // Erase to the end of the line: the text before may have been longer.
    std::fprintf(stderr, "\r%s\033[K", progress_text(progress, kBarWidth, unit_).substr(0, columns - 1).c_str());
    is_open_ = true;
  } else {
    std::fprintf(stderr, "%s\n", progress_text(progress, 0, unit_).c_str());
  }
  std::fflush(stderr);
}

void ProgressLine::finish() {
  if (is_open_) std::fprintf(stderr, "\n");
  is_open_ = false;
}

std::function<void(std::size_t done, std::size_t total)> counting_on(ProgressLine& line) {
  const auto begin = std::chrono::steady_clock::now();
  return [&line, begin](std::size_t done, std::size_t total) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    line.show({.done = static_cast<std::int64_t>(done),
               .total = static_cast<std::int64_t>(total),
               .runs_per_second = rate,
               .seconds_left = rate > 0 ? static_cast<double>(total - done) / rate : 0});
  };
}

int terminal_columns(std::FILE* stream, int otherwise) {
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return otherwise;
  return size.ws_col;
}

}  // namespace gradclinic
