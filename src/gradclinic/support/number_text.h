#pragma once

#include <string>

namespace gradclinic {

/// A number as people read it, wherever one is printed: three significant digits ("0.532", "12400"), four
/// beside 1 ("1.004"), two with an exponent below 1e-3 and from 1e5 on ("8.6e-9"); "∞" and "−∞" where it diverged, "–"
/// for NaN.
std::string number_text(double value);

/// "a to b", each as number_text.
std::string interval_text(double low, double high);

/// A duration in the unit that suits it: "0.8 s", "42 s", "3 min 20 s", "2 h 5 min".
std::string duration_text(double seconds);

/// "1 run", "2 runs": the number with the word in the fitting form.
std::string count_text(long count, const std::string& singular, const std::string& plural);

}  // namespace gradclinic
