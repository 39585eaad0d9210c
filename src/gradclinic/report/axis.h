#pragma once

#include <string>
#include <vector>

namespace gradclinic {

/// One axis of a static figure: a range of numbers laid on 0 to 1, linearly or by logarithm.
class Axis {
 public:
  /// Fits the finite values (of a log axis: the positive ones) with a little room at both ends. With `to_zero` a linear
  /// axis whose values are positive and not far from zero begins at 0. Without any value: 0 to 1, or 1 to 10 on a log
  /// axis.
  static Axis fit(const std::vector<double>& values, bool log, bool to_zero = true);

  /// Exactly low to high, without room at the ends.
  static Axis exact(double low, double high, bool log);

  /// Whether the value has a place on this kind of axis: finite, and positive where the axis is logarithmic.
  bool holds(double value) const;

  /// 0 at the low end, 1 at the high end. Values that the axis does not hold: 0, or 1 for +Infinity.
  double place(double value) const;

  /// About `most` round values in the range at most: on a log axis decades (every k-th where there are many), on a
  /// short one their multiples by 1-3 or 1-2-5; else even steps. Never empty.
  std::vector<double> ticks(int most) const;

  /// The values themselves as ticks, ascending and each once, the greatest first choice, as many as stay `apart` (a
  /// share of the axis).
  std::vector<double> ticks_at(std::vector<double> values, double apart) const;

  double low() const { return low_; }
  double high() const { return high_; }
  bool log() const { return log_; }

 private:
  Axis(double low, double high, bool log) : low_(low), high_(high), log_(log) {}
  double low_;
  double high_;
  bool log_;
};

/// A tick's label: as number_text, but powers of ten stay exact ("1e-9", "0.01", "1000", "1e6").
std::string tick_text(double value);

}  // namespace gradclinic
