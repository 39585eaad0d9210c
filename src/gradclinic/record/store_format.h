#pragma once

#include "gradclinic/record/database.h"

namespace gradclinic {

/// The store's tables; docs/store.md describes them.
extern const DatabaseFormat kStoreFormat;

}  // namespace gradclinic
