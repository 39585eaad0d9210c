#pragma once

#include <cstdint>

#include "gradclinic/record/database.h"
#include "gradclinic/record/store.h"

namespace gradclinic {

/// The columns that read_summary reads, in its order.
inline constexpr const char* kSummaryColumns = "id, name, seed, started, status, steps, final_loss, seconds";

/// The row a SELECT of kSummaryColumns stands on.
RunSummary read_summary(SQLite::Statement& row);

/// Everything that can be read of a run, and an event "damaged-block" for each part that cannot. Throws StoreError when
/// there is no such run.
Record read_run(SQLite::Database& connection, const Database& file, std::int64_t id);

}  // namespace gradclinic
