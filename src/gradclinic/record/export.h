#pragma once

#include <string>

#include "gradclinic/record/record.h"

namespace gradclinic {

/// Writes a record as CSV: one file per table, FOLDER/<table>.csv, with columns step, then "<quantity>[<layer>]".
/// Values have as many digits as give the same float back; NaN is "nan", infinity "inf". Fields are quoted as RFC 4180
/// says, table names as file_name_of. Throws StoreError when a file cannot be written. Returns the paths, one a line.
std::string export_csv(const Record& record, const std::string& folder);

/// Writes a record as one NumPy .npz: for each table arrays "<table>.steps" (int64) and "<table>.values" (float32, rows
/// x columns), "<table>.columns" (unicode, as in CSV), and "spec" (unicode, no dimension). Returns the path. Throws
/// StoreError.
std::string export_npz(const Record& record, const std::string& path);

}  // namespace gradclinic
