#pragma once

#include <string>
#include <vector>

#include "gradclinic/support/error.h"

namespace gradclinic {

/// The entry of that id; throws BadInput listing all ids when there is none. `where` names what asked.
template <class Entry>
const Entry& find_entry(const std::vector<Entry>& catalogue, const std::string& id, const std::string& where) {
  std::string known;
  for (const Entry& entry : catalogue) {
    if (entry.id == id) return entry;
    known += (known.empty() ? "" : ", ") + entry.id;
  }
  throw BadInput(where, "no such name", id, "known: " + known);
}

}  // namespace gradclinic
