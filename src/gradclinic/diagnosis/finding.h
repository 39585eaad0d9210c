#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradclinic {

/// One number that speaks for a finding, with what it was held against.
struct Evidence {
  std::string what;   ///< "share of dead units in layer 3"
  double value = 0;   ///< NaN and Inf are values like any other
  std::string limit;  ///< in words: "0.5 or more", "1.41 by He et al."; may be empty
};

/// A pathology seen in a training, or a benign look-alike of one.
struct Finding {
  std::string pathology;  ///< an id of diagnosis/pathologies
  std::string role;       ///< "cause", "symptom", or "note": there, but it does not make the training fail
  std::string caused_by;  ///< the finding that this is a symptom of; empty for causes and notes
  double severity =
      0;  ///< share of what the training could have learned that is lost, 0 to 1; NaN where nothing was tried
  double confidence = 0;  ///< 0 to 1
  std::int64_t onset_step = 0;
  std::vector<int> layers;  ///< where, from 1; empty: the whole network
  std::vector<Evidence> evidence;
  std::string rule;                ///< which rule fired, with its numbers
  std::string sentence;            ///< for a beginner: what is wrong here
  std::vector<std::string> fixes;  ///< of the catalogue
  bool by_hand =
      false;           ///< the sentence says what to change in the user's own code, which no fix of the catalogue does
  bool fatal = false;  ///< its evidence alone means that the training fails at what it was set up to do
};

/// A training tried with something changed, as evidence: what would have happened without the suspect.
struct Trial {
  std::string suspect;     ///< the pathology that the change would remove; "reference" for a recipe known to be sound
  std::string change;      ///< "train.lr = 0.001"
  std::int64_t steps = 0;  ///< that it took: fewer than the training's where it ended early, to take no longer
  double loss = 0;         ///< at its end, over the constant prediction's; see Course
  double validation_loss = 0;      ///< likewise; NaN without samples held out
  double validation_accuracy = 0;  ///< NaN for regression
  double shortfall = 0;  ///< by how much it is better than the training: 1 and above is clear; see shortfall()
  double restored = 0;   ///< share of what was lost that it brings back; at most 1, below 0 when it is worse
};

enum class Health { healthy, sick, undecided };

/// What the doctor says.
struct Diagnosis {
  Health verdict = Health::undecided;
  std::string summary;            ///< one sentence
  std::vector<Finding> findings;  ///< the most important first; of a healthy training: none
  std::vector<Finding> notes;     ///< what was seen and does no harm, benign look-alikes among them
  std::vector<Trial> trials;
  /// A verdict that could not be given, and why.
  struct Gap {
    std::string pathology;
    std::string reason;
  };
  std::vector<Gap> gaps;

  const Finding* cause() const { return findings.empty() ? nullptr : &findings.front(); }
};

/// "healthy", "sick", "undecided".
const char* name_of(Health verdict);

}  // namespace gradclinic
