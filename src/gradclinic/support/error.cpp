#include "gradclinic/support/error.h"

namespace gradclinic {

std::string error_sentence(const std::string& where, const std::string& what, const std::string& got,
                           const std::string& advice) {
  std::string sentence = where.empty() ? what : "[" + where + "] " + what;
  if (!got.empty()) sentence += " (got `" + got + "`)";
  if (!advice.empty()) sentence += "; " + advice;
  return sentence;
}

}  // namespace gradclinic
