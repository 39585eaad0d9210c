#pragma once

#include <nlohmann/json.hpp>

#include "gradclinic/report/diagnosis_report.h"

namespace gradclinic {

/// The document of docs/diagnosis.schema.json, keys in that order.
nlohmann::ordered_json to_json(const DiagnosisReport& report);

}  // namespace gradclinic
