#include "gradclinic/diagnosis/some_names.h"

#include <fmt/format.h>

#include "gradclinic/support/text.h"

namespace gradclinic {
namespace {

constexpr std::size_t kMostNames = 8;

}  // namespace

std::string some_of(const std::vector<std::string>& names) {
  std::vector<std::string> told;
  for (const std::string& name : names)
    if (told.size() < kMostNames) told.push_back(excerpt(name));
  return join(told) + (told.size() < names.size() ? fmt::format(" and {} more", names.size() - told.size()) : "");
}

}  // namespace gradclinic
