#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gradclinic/spec/measure.h"
#include "gradclinic/spec/spec.h"
#include "gradclinic/spec/toml.h"

namespace gradclinic {

/// One value of a factor: what reports call it, and the spec keys it sets (key, value as set_key reads it).
struct FactorValue {
  std::string label;
  std::vector<std::pair<std::string, std::string>> set;
};

/// Something an experiment varies: a spec key ("model.activation"), or a name of its own whose values are bundles of
/// keys ("arm").
struct Factor {
  std::string name;
  std::vector<FactorValue> values;
};

/// Some of an experiment's cells: factor -> labels that count. A factor that is not named is free.
using Selection = std::map<std::string, std::vector<std::string>>;

/// One setting: a value of every factor, and the spec that has them. Seeds are the runner's affair: spec.seed is the
/// experiment's first seed.
struct Cell {
  std::map<std::string, std::string> factors;  ///< factor -> label
  Spec spec;
  std::string label;  ///< the values in the factors' order: "relu, he_uniform"; the id without factors
};

enum class FigureKind { by_layer, by_step, by_factor, heatmap };
enum class Scale { linear, log };

/// A plot: one curve per cell that `where` selects (per value of the other factors for by-factor).
struct FigureSpec {
  FigureKind kind = FigureKind::by_step;
  Measure measure;  ///< `quantity` and `at`. by-layer: no layers. by-step: no moment. Its moment is `at`'s
  Scale scale = Scale::linear;
  std::string title;  ///< never empty: the measure when the file gives none
  std::string x;      ///< by-factor, heatmap: a factor
  std::string y;      ///< heatmap: another factor; `where` then fixes all the rest to one value
  Selection where;
  std::string note;
  std::string origin;  ///< "file.toml:12", for errors
};

enum class Comparison { greater, less, equal, above, below };

/// For the claim to say anything, some left run must get above this: "clipping clipped".
struct Acts {
  Measure measure;
  double above = 0;
};

/// A sentence that runs can refute. Left and right cells are paired when they agree in every factor that neither side
/// names, and by seed. With several lefts or rights the claim holds when every pair does; a factor that both sides name
/// with the same values is paired value by value.
struct ClaimSpec {
  std::string id;
  std::string says;
  std::string source;  ///< who says so
  Measure measure;
  Selection left;
  Comparison is = Comparison::greater;
  std::vector<Selection> right;  ///< empty with above and below
  double value = 0;              ///< with above and below: what the left is compared with
  std::optional<double> margin;  ///< smallest ratio (log, > 1) or difference (> 0) that counts; equal always has one
  Scale scale = Scale::log;      ///< log compares ratios, linear differences; above and below: linear
  std::optional<Acts> acts;
  std::string explain;
  std::string origin;  ///< "file.toml:12", for errors
};

/// A pathology, a fix, and the cells that show what the fix does.
struct TreatmentSpec {
  std::string pathology;
  std::string fix;
  Selection patient;
  Selection treated;
  Measure outcome;
  bool larger_is_better = false;  ///< better = "greater"; "less" when not given
  Measure mechanism;
  std::optional<Measure> side_effect;
  std::string origin;  ///< "file.toml:12", for errors
};

/// A spec with factors, seeds, figures, claims and treatments. Keys and defaults: docs/spec.md.
struct Experiment {
  std::string id;  ///< lower-case letters, digits and dashes: fit for a file's name
  std::string title;
  std::string question;
  std::string notes;
  std::int64_t seeds = 20;
  std::uint64_t first_seed = 42;
  std::optional<std::int64_t> quick_seeds;
  bool extended = false;  ///< takes longer, and is left out of the course unless asked for
  Spec base;
  std::vector<Factor> factors;  ///< in the order written
  std::vector<Selection> skips;
  std::vector<FigureSpec> figures;
  std::vector<ClaimSpec> claims;
  std::vector<TreatmentSpec> treatments;
};

/// Reads an experiment; `where` names the text in errors. Every cell is validated, every selection selects at least
/// one cell, every factor and value it names exists. Throws BadInput for the first mistake, as parse_spec does.
Experiment parse_experiment(const std::string& text, const std::string& where);

/// Reads an experiment from a file; relative paths in it start at the file's folder. Throws BadInput.
Experiment load_experiment(const std::string& path);

/// The full cross product of the factors, the first one slowest, without the skipped cells.
std::vector<Cell> cells(const Experiment& experiment);

/// Whether a cell belongs to a selection.
bool selects(const Selection& selection, const Cell& cell);

/// One row per key of an experiment's own sections, as describe_spec has them; the default of a key that must be
/// given is "required".
std::vector<KeyDescription> describe_experiment();

}  // namespace gradclinic
