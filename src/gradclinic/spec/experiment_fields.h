#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradclinic/spec/fields.h"

namespace gradclinic {

/// The keys of an experiment's sections as the file holds them, before names are looked up.
struct ExperimentKeys {
  std::string id;
  std::string title;
  std::string question;
  std::string notes;
  std::int64_t seeds = 20;
  std::uint64_t first_seed = 42;
  std::optional<std::int64_t> quick_seeds;
  bool extended = false;
};

/// One value of a factor that sets several keys.
struct BundleKeys {
  std::string label;
  const Value* set = nullptr;
};

struct FigureKeys {
  std::string kind;
  std::string quantity;
  std::string at;
  std::string scale = "linear";
  std::string title;
  std::string x;
  std::string y;
  const Value* where = nullptr;
  std::string note;
};

struct ClaimKeys {
  std::string id;
  std::string says;
  std::string source;
  std::string measure;
  const Value* left = nullptr;
  std::string is;
  const Value* right = nullptr;
  std::optional<double> value;
  std::optional<double> margin;
  std::string scale = "log";
  const Value* acts = nullptr;
  std::string explain;
};

struct ActsKeys {
  std::string measure;
  double above = 0;
};

struct TreatmentKeys {
  std::string pathology;
  std::string fix;
  const Value* patient = nullptr;
  const Value* treated = nullptr;
  std::string outcome;
  std::string better = "less";
  std::string mechanism;
  std::string side_effect;
};

/// Every key of a section, on these members.
std::vector<Field> fields_of(ExperimentKeys& keys);
std::vector<Field> fields_of(BundleKeys& keys);
std::vector<Field> fields_of(FigureKeys& keys);
std::vector<Field> fields_of(ClaimKeys& keys);
std::vector<Field> fields_of(ActsKeys& keys);
std::vector<Field> fields_of(TreatmentKeys& keys);

}  // namespace gradclinic
