#include "gradclinic/data/readers/bytes.h"

#include "gradclinic/support/error.h"

namespace gradclinic {

void reject_file(const std::string& name, std::size_t offset, const std::string& what, const std::string& got,
                 const std::string& advice) {
  throw BadInput(name + ", byte " + std::to_string(offset), what, got, advice);
}

}  // namespace gradclinic
