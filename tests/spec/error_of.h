#pragma once

#include <string>

#include "gradclinic/support/error.h"

namespace gradclinic {

/// The sentence of the BadInput that `call` throws; empty when it throws none.
template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const BadInput& error) {
    return error.what();
  }
  return "";
}

}  // namespace gradclinic
