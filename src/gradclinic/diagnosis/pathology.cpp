#include "gradclinic/diagnosis/pathology.h"

#include <algorithm>

namespace gradclinic {

const std::vector<Pathology>& all_pathologies() {
  static const std::vector<Pathology> sorted = [] {
    std::vector<Pathology> all = pathologies::all();
    std::ranges::stable_sort(all, {}, &Pathology::stage);
    return all;
  }();
  return sorted;
}

const Pathology* find_pathology(const std::string& id) {
  const std::vector<Pathology>& all = all_pathologies();
  const auto found = std::ranges::find(all, id, &Pathology::id);
  return found == all.end() ? nullptr : &*found;
}

std::string text_of(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes) text += (text.empty() ? "" : ", ") + change.key + " = " + change.value;
  return text;
}

const char* name_of(Health verdict) {
  switch (verdict) {
    case Health::healthy:
      return "healthy";
    case Health::sick:
      return "sick";
    case Health::undecided:
      break;
  }
  return "undecided";
}

}  // namespace gradclinic
