#pragma once

#include <string>
#include <vector>

#include "gradclinic/lab/results.h"
#include "gradclinic/report/clinic_text.h"

namespace gradclinic {

/// How many claims got which verdict, and what they rest on.
struct Counts {
  int experiments = 0;
  int runs = 0;
  int claims = 0;
  int supported = 0;
  int refuted = 0;
  int inconclusive = 0;
  int vacuous = 0;
};
Counts count(const LabResults& results);

/// One pathology with what the experiments say of its fixes, best first.
struct PathologyAdvice {
  std::string pathology;
  /// One sentence: what worked best, with its numbers.
  std::string headline = {};
  /// What else helped, what it did to the cause, what did not help, where it fails.
  std::vector<std::string> paragraphs = {};
  /// Indices into LabResults::treatments.
  std::vector<int> ranking = {};
};

/// A claim as one plain sentence.
struct Conclusion {
  std::string experiment;  ///< ExperimentResult::id
  std::string claim;       ///< ClaimResult::id
  std::string text;
};

/// The conclusions that share a verdict.
struct ConclusionGroup {
  Verdict verdict = Verdict::inconclusive;
  std::string heading;
  std::vector<Conclusion> conclusions = {};
};

struct Reference {
  std::string id;    ///< "Glorot & Bengio 2010"
  std::string text;  ///< title, venue, identifier
  std::string note;  ///< what this course takes from it
};

/// The report's text: page, markdown and terminal print this, so that they say the same.
struct WriteUp {
  std::string summary;              ///< one paragraph
  std::vector<CauseAdvice> causes;  ///< which fix for which pathology, by trials on the experiments' patients
  std::vector<PathologyAdvice> pathologies;
  std::vector<ConclusionGroup> conclusions;
  std::vector<std::string> method;  ///< how to read effects, intervals and verdicts
  std::vector<Reference> references;
};

/// Composes the text from the numbers alone; nothing in it is known beforehand but references and method.
/// A pathology's fixes are ranked: those whose verdict is "supported" first, then by effect (treated / untreated, so
/// the smallest first; NaN last), equal ones in the order given.
WriteUp write_up(const LabResults& results);

/// The literature of the course.
std::vector<Reference> references();

/// A measure's name in a sentence: "validation_loss final" is the "final validation loss".
std::string outcome_text(const std::string& measure);

/// What a treatment's effect is the ratio of: "final loss, treated / untreated", or "final accuracy, untreated /
/// treated", so that below 1 is always better.
std::string effect_name(const TreatmentResult& treatment);

/// "ratio 0.13, 95 % interval 0.11 to 0.16, n = 20"; says so when there is no effect.
std::string effect_text(const ClaimResult& claim);

}  // namespace gradclinic
