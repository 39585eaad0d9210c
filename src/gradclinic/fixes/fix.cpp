#include "gradclinic/fixes/fix.h"

#include <algorithm>

namespace gradclinic {

const std::vector<Fix>& all_fixes() {
  static const std::vector<Fix> all = remedies::all();
  return all;
}

const Fix* find_fix(const std::string& id) {
  const std::vector<Fix>& all = all_fixes();
  const auto found = std::ranges::find(all, id, &Fix::id);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace gradclinic
