#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "gradclinic/lab/jobs.h"

namespace gradclinic {

/// Shows how far long work is, on standard error. On a terminal one line with a bar, the rate and the time left, drawn
/// anew at most ten times a second; elsewhere a plain line at every tenth of the work or after five seconds, whichever
/// is first.
class ProgressLine {
 public:
  /// `unit`: what the work consists of, "runs", "steps".
  explicit ProgressLine(std::string unit = "runs");
  void show(const LabProgress& progress);
  /// Ends the line, so that other text starts on its own.
  void finish();

 private:
  bool is_due(const LabProgress& progress, std::chrono::steady_clock::time_point now) const;

  std::string unit_;
  bool is_terminal_;
  bool is_open_ = false;
  std::int64_t tenths_shown_ = -1;
  std::chrono::steady_clock::time_point shown_at_;
};

/// Shows so many of a total, with the rate since now and the time left; `line` must outlive it.
std::function<void(std::size_t done, std::size_t total)> counting_on(ProgressLine& line);

/// "[#####-----] 120 of 240 runs, 31 runs/s, 4 s left"; the bar only with `bar_width` above 0.
std::string progress_text(const LabProgress& progress, int bar_width, const std::string& unit = "runs");

/// The columns of the terminal that a stream writes to; `otherwise` where it is none.
int terminal_columns(std::FILE* stream, int otherwise);

}  // namespace gradclinic
