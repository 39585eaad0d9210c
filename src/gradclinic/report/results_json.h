#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gradclinic/lab/results.h"
#include "gradclinic/report/writeup.h"

namespace gradclinic {

/// The document of docs/results.md, keys in that order. Numbers keep every digit that a double has. What JSON has no
/// number for: NaN (not measured) is null; infinities (diverged) are the strings "Infinity" and "-Infinity".
nlohmann::ordered_json to_json(const LabResults& results, const WriteUp& text);

/// A number as these documents write it.
nlohmann::ordered_json json_number(double value);

/// A figure, its picture in `file`; see to_json.
nlohmann::ordered_json figure_json(const Figure& figure, const std::string& file);

/// Readable, diffable text: arrays of plain values stay on one line. Bytes that are no UTF-8 become U+FFFD.
std::string pretty_json(const nlohmann::ordered_json& value);

/// The way back. Ignores keys it does not know, the write-up among them; throws BadInput naming what is missing or of
/// the wrong type.
LabResults read_results(const std::string& json);

/// Where a figure lies below the report's folder: "figures/<experiment>-<figure>.svg", with every character but
/// letters, digits, '-', '_' and '.' replaced by '-'.
std::string figure_path(const ExperimentResult& experiment, const Figure& figure);

}  // namespace gradclinic
