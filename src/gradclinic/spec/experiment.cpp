#include "gradclinic/spec/experiment.h"

#include <algorithm>

#include "gradclinic/spec/document.h"
#include "gradclinic/spec/experiment_fields.h"
#include "gradclinic/spec/experiment_parts.h"
#include "gradclinic/spec/factors.h"
#include "gradclinic/spec/read.h"
#include "gradclinic/spec/validate.h"
#include "gradclinic/support/error.h"

namespace gradclinic {

namespace {

// Far above any use; every part is held against every cell.
constexpr std::size_t kMostParts = 1000;

const Value* find(const Value& root, const std::string& section) {
  for (const Entry& entry : *root.as<Value::Table>()) {
    if (entry.key == section) return &entry.value;
  }
  return nullptr;
}

/// The tables of [[section]]; none when it is not there.
const Value::Array& tables_of(const Value& root, const std::string& section, const std::string& where) {
  static const Value::Array none;
  const Value* found = find(root, section);
  if (!found) return none;
  const auto* tables = found->as<Value::Array>();
  if (!tables)
    throw BadInput(place(where, found->line, section), "may come several times", "", "write [[" + section + "]]");
  if (tables->size() > kMostParts) {
    throw BadInput(place(where, found->line, section), "there are too many", std::to_string(tables->size()),
                   "allowed: up to 1000");
  }
  return *tables;
}

void read_head(const Value& root, const std::string& where, Experiment& experiment) {
  const Value* section = find(root, "experiment");
  if (!section) throw BadInput(where, "is not an experiment", "", "it has no [experiment] section with id and title");
  ExperimentKeys keys;
  Lines lines = read_section(*section, "experiment", fields_of(keys), where);
  check_id(keys.id, place(where, lines["experiment.id"], "experiment.id"));
  experiment.id = keys.id;
  experiment.title = keys.title;
  experiment.question = keys.question;
  experiment.notes = keys.notes;
  experiment.seeds = keys.seeds;
  experiment.first_seed = keys.first_seed;
  experiment.quick_seeds = keys.quick_seeds;
  experiment.extended = keys.extended;
}

Lines read_base(const Value& root, const std::string& where, Experiment& experiment) {
  static const std::vector<std::string> own_sections = {"experiment", "factors", "skip",
                                                        "figure",     "claim",   "treatment"};
  Lines lines = read_spec(root, own_sections, experiment.base, where);
  for (const std::string key : {"name", "seed"}) {
    if (!lines.contains(key)) continue;
    throw BadInput(place(where, lines[key], key), "is not set by an experiment", "",
                   "use experiment.id and experiment.first_seed");
  }
  return lines;
}

void check_cells(const std::vector<Cell>& all, const Lines& lines, const std::string& where) {
  if (all.empty()) throw BadInput(where, "every cell is skipped");
  for (const Cell& cell : all) {
    const std::optional<Mistake> mistake = find_mistake(cell.spec);
    if (!mistake) continue;
    const std::string in = cell.factors.empty() ? "" : " in the cell `" + cell.label + "`";
    throw BadInput(place(where, line_of(lines, *mistake), mistake->key), mistake->what + in, mistake->got,
                   mistake->advice);
  }
}

void check_unique_ids(const std::vector<ClaimSpec>& claims) {
  for (std::size_t i = 0; i < claims.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (claims[i].id == claims[j].id) {
        throw BadInput(claims[i].origin + " claim.id", "another claim has this id", claims[i].id);
      }
    }
  }
}

}  // namespace

Experiment parse_experiment(const std::string& text, const std::string& where) {
  const Value root = parse_toml(text, where);
  Experiment experiment;
  read_head(root, where, experiment);
  Lines lines = read_base(root, where, experiment);
  if (const Value* factors = find(root, "factors")) experiment.factors = read_factors(*factors, where, lines);
  for (const Value& table : tables_of(root, "skip", where)) {
    experiment.skips.push_back(read_selection(table, experiment.factors, where, "skip"));
    if (experiment.skips.back().empty()) throw BadInput(place(where, table.line, "skip"), "names no factor");
  }
  const std::vector<Cell> all = cells(experiment);
  check_cells(all, lines, where);

  const Frame frame{where, experiment.factors, all};
  for (const Value& table : tables_of(root, "figure", where)) experiment.figures.push_back(read_figure(table, frame));
  for (const Value& table : tables_of(root, "claim", where)) experiment.claims.push_back(read_claim(table, frame));
  for (const Value& table : tables_of(root, "treatment", where)) {
    experiment.treatments.push_back(read_treatment(table, frame));
  }
  check_unique_ids(experiment.claims);
  return experiment;
}

Experiment load_experiment(const std::string& path) {
  Experiment experiment = parse_experiment(read_toml_file(path), path);
  experiment.base.folder = folder_of(path);
  return experiment;
}

}  // namespace gradclinic
