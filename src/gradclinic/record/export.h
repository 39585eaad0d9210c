#pragma once

#include <string>

#include "gradclinic/record/record.h"

namespace gradclinic {

/// Writes a record as CSV: one file per table, FOLDER/<table>.csv, with columns step, then "<quantity>[<layer>]".
/// Throws StoreError when a file cannot be written. Returns the paths, one a line.
std::string export_csv(const Record& record, const std::string& folder);

/// Writes a record as one NumPy .npz: for each table arrays "<table>.steps" (int64) and "<table>.values" (float32, rows
/// x columns), "<table>.columns" (unicode), and "spec" (unicode). Throws StoreError.
std::string export_npz(const Record& record, const std::string& path);

}  // namespace gradclinic
