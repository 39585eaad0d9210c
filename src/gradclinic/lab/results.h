#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gradclinic {

/// One curve of a figure: median over seeds with a band (25th to 75th percentile). NaN where nothing was measured.
struct Curve {
  std::string label;  ///< the group: "relu", "relu, he_uniform"
  std::vector<double> x;
  std::vector<double> median;
  std::vector<double> low;
  std::vector<double> high;
};

/// A plot, ready to draw. A heatmap has x_values, y_values and cells instead of curves.
struct Figure {
  std::string id;  ///< unique in the experiment; the file's name in figures/
  std::string title;
  std::string kind;  ///< by-layer, by-step, by-factor, heatmap
  std::string quantity;
  std::string x_label;
  std::string y_label;
  bool log_x = false;
  bool log_y = false;                ///< of a heatmap: the scale of its colours
  std::vector<std::string> x_names;  ///< by-factor, heatmap: names that x indexes; empty where x is a number
  std::vector<std::string> y_names;  ///< heatmap
  std::vector<Curve> curves;
  std::vector<std::vector<double>> cells;  ///< heatmap: cells[y][x], median over seeds
  int seeds = 0;
  std::string note;  ///< what a reader must know; may be empty
};

enum class Verdict { supported, refuted, inconclusive, vacuous };
const char* name_of(Verdict verdict);

/// A claim with what the runs say of it.
struct ClaimResult {
  std::string id;
  std::string says;
  std::string source;
  std::string measure;
  std::string comparison;  ///< in words: "median of relu / median of tanh, paired by seed"
  Verdict verdict = Verdict::inconclusive;
  double effect = 0;        ///< see effect_unit; of the weakest part when the claim has several
  std::string effect_unit;  ///< "ratio" (1 is no difference), "difference" (0 is none), "value"
  double threshold = std::numeric_limits<double>::quiet_NaN();  ///< what a value is held against; NaN else
  double low = 0;                                               ///< 95 % interval of the effect
  double high = 0;
  int pairs = 0;       ///< n
  double p = 1;        ///< two-sided, exact sign test; of the weakest part
  double p_holm = 1;   ///< adjusted for all claims of the report (Holm 1979)
  std::string reason;  ///< one sentence a beginner understands
};

/// One setting of an experiment over its seeds; settings without any finished run are left out.
struct GroupResult {
  std::string label;
  std::map<std::string, std::string> factors;
  int seeds = 0;
  int diverged = 0;
  std::map<std::string, int> diagnoses;  ///< how many runs the doctor calls "healthy", or sick of which cause
  double final_loss = 0;                 ///< median; Inf when most diverged
  double final_loss_low = 0;
  double final_loss_high = 0;
  double microseconds_per_step = 0;
};

/// What an experiment says of a fix: one row of the write-up's second table, from paired runs.
struct TreatmentResult {
  std::string experiment;
  std::string pathology;
  std::string fix;
  std::string patient;                                                ///< the untreated setting
  std::string outcome;                                                ///< the measure it is judged by: "loss final"
  double treated_outcome = std::numeric_limits<double>::quiet_NaN();  ///< median over the treated runs
  double effect = 0;  ///< treated / untreated (the inverse where more is better), median over pairs: below 1 is better
  double low = 0;
  double high = 0;
  int pairs = 0;
  Verdict verdict = Verdict::inconclusive;  ///< of "the fix improves the outcome"
  std::string mechanism;                    ///< what happened to the pathology's own measure, with numbers
  double cost = 1;                          ///< time per step, treated / untreated
  std::string side_effects;
  std::string fails_where;  ///< settings where it did not help or harmed
};

/// What a fix, or a pair of them, did to one patient: as `gradclinic fix` tells it.
struct TrialResult {
  std::vector<std::string> fixes;    ///< ids; none of a random change
  std::vector<std::string> changes;  ///< "train.lr = 0.001"
  double outcome = 0;                ///< the patient's measure, median over the treated seeds
  double effect = 0;                 ///< treated minus untreated, median over the seeds
  double low = 0;                    ///< interval of the effect, exact, of this coverage
  double high = 0;
  double coverage = 0;
  int seeds = 0;      ///< fewer than the patient's where it was dropped as clearly losing
  double p_holm = 1;  ///< one-sided rank-sum test of better, adjusted for all that were tried on the patient
  bool proven = false;
  std::string mechanism;                                   ///< of the cause: "gone", "there", "not examined"
  double cost = std::numeric_limits<double>::quiet_NaN();  ///< time per step, treated / untreated; NaN: not measured
  double length = 1;                                       ///< steps, treated / untreated
  std::vector<std::string> side_effects;                   ///< pathologies that came with it
};

/// An untreated setting of an experiment under the doctor, and what was tried on it.
struct PatientResult {
  std::string experiment;
  std::string setting;
  std::string verdict;   ///< "healthy", "sick", "undecided"
  std::string cause;     ///< the pathology's id; empty where none is named
  std::string sentence;  ///< the doctor's
  std::string measure;   ///< what the fixes are judged by: "held-out accuracy"; empty where none was tried
  double untreated = std::numeric_limits<double>::quiet_NaN();  ///< its median over the untreated seeds
  int seeds = 0;
  std::vector<TrialResult> tried;     ///< those proven first, then the others, each the best first
  std::optional<TrialResult> random;  ///< the best random single change: the baseline
  int random_changes = 0;             ///< of so many
};

struct ExperimentResult {
  std::string id;
  std::string title;
  std::string question;
  std::string setup;  ///< one paragraph: data, network, training, what varies, seeds
  std::string notes;  ///< dataset notes, what was left out
  int seeds = 0;
  std::vector<Figure> figures;
  std::vector<ClaimResult> claims;
  std::vector<GroupResult> groups;
  double seconds = 0;
  int runs = 0;
};

/// The whole course: what results.json holds.
struct LabResults {
  std::string started;
  std::map<std::string, std::string> machine;
  std::map<std::string, std::string> versions;
  std::vector<ExperimentResult> experiments;
  std::vector<TreatmentResult> treatments;
  std::vector<PatientResult> patients;
  double seconds = 0;
  int runs = 0;
  bool interrupted = false;
};

}  // namespace gradclinic
