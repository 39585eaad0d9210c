#pragma once

#include <string>

#include "gradclinic/lab/results.h"

namespace gradclinic {

/// One character that stands for the verdict beside its name, so that colour is never alone.
inline const char* mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::supported:
      return "✓";
    case Verdict::refuted:
      return "✗";
    case Verdict::inconclusive:
      return "?";
    case Verdict::vacuous:
      return "∅";
  }
  return "";
}

/// "✓ supported".
inline std::string mark_and_name(Verdict verdict) { return std::string(mark_of(verdict)) + " " + name_of(verdict); }

}  // namespace gradclinic
