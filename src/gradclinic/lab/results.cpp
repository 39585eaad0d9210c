#include "gradclinic/lab/results.h"

namespace gradclinic {

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::supported:
      return "supported";
    case Verdict::refuted:
      return "refuted";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::vacuous:
      return "vacuous";
  }
  return "";
}

}  // namespace gradclinic
