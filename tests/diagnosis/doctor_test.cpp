// The doctor from record to diagnosis: clear cases, and records that lack something.
#include "gradclinic/diagnosis/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "diagnosis/patient.h"
#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

const Settings kSpiral = {{"data.set", "spiral"}, {"data.features", "2"},      {"train.loss", "bce"},
                          {"data.noise", "0.02"}, {"train.optimizer", "adam"}, {"train.lr", "0.02"},
                          {"train.steps", "300"}};

Settings operator+(Settings one, const Settings& more) {
  one.insert(one.end(), more.begin(), more.end());
  return one;
}

Diagnosis diagnosis_of(const Settings& settings, const DoctorOptions& options = {}) {
  return diagnose(record_of(patient(settings)), options);
}

/// What holds of every diagnosis.
void expect_sound(const Diagnosis& diagnosis) {
  EXPECT_FALSE(diagnosis.summary.empty());
  EXPECT_EQ(diagnosis.verdict == Health::sick, !diagnosis.findings.empty()) << "who is sick ails of something";
  std::set<std::string> told;
  for (const Finding& finding : diagnosis.findings) {
    SCOPED_TRACE(finding.pathology);
    EXPECT_EQ(finding.role, told.empty() ? "cause" : "symptom");
    EXPECT_EQ(finding.caused_by.empty(), told.empty());
    EXPECT_TRUE(told.empty() || told.contains(finding.caused_by)) << finding.caused_by;
    EXPECT_TRUE(told.insert(finding.pathology).second) << "twice";
    EXPECT_NE(find_pathology(finding.pathology)->stage, Stage::benign);
    EXPECT_EQ(finding.fixes, (finding.by_hand ? std::vector<std::string>() : find_pathology(finding.pathology)->fixes));
    const bool unknown = std::isnan(finding.severity) && diagnosis.trials.empty();
    EXPECT_TRUE(unknown || (finding.severity >= 0 && finding.severity <= 1)) << finding.severity;
    EXPECT_TRUE(finding.confidence >= 0 && finding.confidence <= 1) << finding.confidence;
    EXPECT_FALSE(finding.sentence.empty());
    EXPECT_TRUE(&finding == diagnosis.cause() || finding.sentence != diagnosis.summary) << "the summary is the cause's";
  }
  for (const Finding& note : diagnosis.notes) EXPECT_EQ(note.role, "note");
}

TEST(Doctor, NamesTheCauseOfClearCases) {
  struct Case {
    Settings settings;
    std::set<std::string> accepted;
  };
  const std::vector<Case> cases = {
      {{{"train.lr", "1e-6"}}, {"learning-rate-too-low"}},
      {{{"train.lr", "3"}, {"model.activation", "relu"}}, {"learning-rate-too-high"}},
      {{{"model.activation", "relu"}, {"model.bias_init", "-8"}}, {"dead-relu", "disconnected-parameter"}},
      {kSpiral + Settings{{"model.init", "constant"}, {"model.init_value", "0.2"}}, {"symmetric-init"}},
      {kSpiral + Settings{{"model.init", "constant"}, {"model.init_value", "0"}, {"model.activation", "relu"}},
       {"symmetric-init"}},
      {{{"train.clip_norm", "1e-5"}}, {"over-clipping"}},
      {{{"train.weight_decay", "1"}}, {"over-regularized"}},
      {kSpiral + Settings{{"model.dropout", "0.9"}}, {"excess-dropout"}},
      {kSpiral + Settings{{"data.shuffle_labels", "true"}, {"data.validation", "0.4"}, {"data.samples", "300"}},
       {"unlearnable-labels"}},
      {kSpiral + Settings{{"model.activation", "identity"}}, {"wrong-output-or-loss"}},
      {{{"data.target_scale", "1000"}, {"model.activation", "relu"}}, {"unscaled-target"}},
      {{{"model.depth", "8"}, {"model.activation", "sigmoid"}}, {"vanishing-gradient"}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(*one.accepted.begin());
    const Diagnosis diagnosis = diagnosis_of(one.settings);
    expect_sound(diagnosis);
    EXPECT_EQ(diagnosis.verdict, Health::sick) << diagnosis.summary;
    if (diagnosis.cause()) {
      EXPECT_TRUE(one.accepted.contains(diagnosis.cause()->pathology)) << diagnosis.cause()->pathology;
    }
    EXPECT_FALSE(diagnosis.trials.empty());
  }
}

TEST(Doctor, LetsHealthyTrainingsBe) {
  const Settings adam = {{"train.optimizer", "adam"}, {"train.lr", "0.01"}, {"train.steps", "400"}};
  const std::vector<Settings> healthy = {
      adam,
      adam + Settings{{"model.activation", "relu"}, {"model.init", "he_normal"}},
      adam + Settings{{"data.validation", "0.3"}, {"data.samples", "600"}},
      adam + Settings{{"train.warmup", "50"}, {"train.schedule", "cosine"}},
      kSpiral + Settings{{"model.activation", "relu"}, {"model.init", "he_normal"}, {"model.width", "32"}},
      kSpiral + Settings{{"model.norm", "batch"}, {"model.activation", "relu"}, {"model.width", "32"}},
      {{"data.set", "blobs"}, {"data.noise", "0.3"}, {"train.loss", "bce"}, {"train.steps", "300"}},
  };
  for (const Settings& settings : healthy) {
    SCOPED_TRACE(to_toml(patient(settings)));
    const Diagnosis diagnosis = diagnosis_of(settings);
    expect_sound(diagnosis);
    EXPECT_EQ(diagnosis.verdict, Health::healthy)
        << diagnosis.summary << (diagnosis.cause() ? ": " + diagnosis.cause()->pathology : "");
  }
}

TEST(Doctor, SaysTheSameTwice) {
  const Record record = record_of(patient({{"train.clip_norm", "1e-4"}, {"train.batch", "40"}}));
  const Diagnosis one = diagnose(record, {.trials = {.threads = 1}});
  const Diagnosis other = diagnose(record, {.trials = {.threads = 3}});
  EXPECT_EQ(one.verdict, other.verdict);
  EXPECT_EQ(one.summary, other.summary);
  ASSERT_EQ(one.findings.size(), other.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    EXPECT_EQ(one.findings[i].pathology, other.findings[i].pathology);
    EXPECT_EQ(one.findings[i].confidence, other.findings[i].confidence);
    EXPECT_EQ(one.findings[i].severity, other.findings[i].severity);
    EXPECT_EQ(one.findings[i].rule, other.findings[i].rule);
  }
  ASSERT_EQ(one.trials.size(), other.trials.size());
  for (std::size_t i = 0; i < one.trials.size(); ++i) EXPECT_EQ(one.trials[i].loss, other.trials[i].loss);
}

TEST(Doctor, TriesNothingWhenToldNotTo) {
  for (const char* rate : {"1e-6", "0.1"}) {
    const Diagnosis diagnosis =
        diagnosis_of({{"train.lr", rate}, {"train.steps", "500"}, {"watch.every", "5"}}, {.probe = false});
    expect_sound(diagnosis);
    EXPECT_TRUE(diagnosis.trials.empty());
    EXPECT_EQ(diagnosis.verdict, std::string(rate) == "0.1" ? Health::healthy : Health::sick);
    EXPECT_NE(diagnosis.summary.find("from the record alone"), std::string::npos) << diagnosis.summary;
  }
}

TEST(Doctor, WithoutSurveysItDoesNotDecide) {
  const Diagnosis diagnosis = diagnosis_of({{"watch.surveys", "0"}, {"train.steps", "20"}});
  EXPECT_EQ(diagnosis.verdict, Health::undecided);
  EXPECT_NE(diagnosis.summary.find("surveys"), std::string::npos) << diagnosis.summary;
  EXPECT_TRUE(std::ranges::any_of(diagnosis.gaps, [](const Diagnosis::Gap& gap) {
    return gap.pathology == "dead-relu" && gap.reason.find("survey.dead") != std::string::npos;
  }));
}

TEST(Doctor, WithoutGaugesItNamesTheVerdictsItCannotGive) {
  const Diagnosis diagnosis = diagnosis_of({{"watch.every", "0"}});
  expect_sound(diagnosis);
  std::set<std::string> missing;
  for (const Diagnosis::Gap& gap : diagnosis.gaps) {
    missing.insert(gap.pathology);
    EXPECT_NE(gap.reason.find("was not recorded"), std::string::npos);
  }
  for (const char* id : {"vanishing-gradient", "exploding-gradient", "update-ratio", "over-regularized"})
    EXPECT_TRUE(missing.contains(id)) << id;
  EXPECT_FALSE(missing.contains("dead-relu")) << "surveys tell";
}

TEST(Doctor, EveryNeedIsANamedGapWhenMissing) {
  const Record whole = record_of(patient({{"train.steps", "20"}, {"data.validation", "0.2"}}));
  for (const Pathology& pathology : all_pathologies())
    for (const std::string& need : pathology.needs) {
      Record record = whole;
      for (auto& [name, table] : record.tables)
        for (Column& column : table.columns)
          if (column.quantity == need) column.quantity = "something else";
      const Diagnosis diagnosis = diagnose(record, {.probe = false});
      EXPECT_TRUE(std::ranges::any_of(diagnosis.gaps,
                                      [&](const Diagnosis::Gap& gap) {
                                        return gap.pathology == pathology.id &&
                                               gap.reason.find(need) != std::string::npos;
                                      }))
          << pathology.id << " without " << need;
    }
}

TEST(Doctor, OneStepIsTooFewToDecide) {
  for (const bool probe : {true, false}) {
    const Diagnosis diagnosis = diagnosis_of({{"train.steps", "1"}}, {.probe = probe});
    expect_sound(diagnosis);
    EXPECT_EQ(diagnosis.verdict, Health::undecided);
    EXPECT_NE(diagnosis.summary.find("1 step"), std::string::npos) << diagnosis.summary;
  }
}

TEST(Doctor, NaNEverywhereIsNotHealthy) {
  const Record whole = record_of(patient({{"data.validation", "0.2"}, {"train.steps", "30"}}));
  for (const char* status : {"finished", "diverged", "running"})
    for (const bool probe : {true, false})
      for (const float value : {NAN, INFINITY, -INFINITY}) {
        Record record = whole;
        record.outcome.status = status;
        for (auto& [name, table] : record.tables) std::ranges::fill(table.values, value);
        const Diagnosis diagnosis = diagnose(record, {.probe = probe});
        expect_sound(diagnosis);
        EXPECT_EQ(diagnosis.verdict, Health::sick) << value << " " << status;
      }
}

TEST(Doctor, AnEmptyRecordIsNotHealthy) {
  for (const bool probe : {true, false}) {
    const Diagnosis diagnosis = diagnose({}, {.probe = probe});
    EXPECT_EQ(diagnosis.verdict, Health::undecided);
    EXPECT_FALSE(diagnosis.summary.empty());
    EXPECT_EQ(diagnosis.gaps.size(), all_pathologies().size());
  }
  Record diverged;
  diverged.outcome.status = "diverged";
  EXPECT_EQ(diagnose(diverged, {.probe = false}).verdict, Health::sick);
}

TEST(Doctor, ABrokenSpecIsBadInput) {
  Record record = record_of(patient({{"train.steps", "5"}}));
  record.spec = "[model]\ndepth = 0\n";
  EXPECT_THROW(diagnose(record), BadInput);
  record.spec = "\xff\xfe";
  EXPECT_THROW(diagnose(record), BadInput);
}

TEST(Doctor, ARecordOfAnotherNetworkThanItsSpecsDoesNotCrash) {
  for (const char* depth : {"1", "2", "9"}) {
    Record record = record_of(patient({{"train.steps", "30"}}));
    record.spec = to_toml(patient({{"model.depth", depth}, {"train.steps", "30"}}));
    expect_sound(diagnose(record));
  }
}

/// The record's rows up to a step, as a run leaves them that was killed (no outcome) or interrupted then.
Record cut(Record record, std::int64_t step, const Outcome& outcome) {
  for (auto& [name, table] : record.tables) {
    const auto rows = static_cast<std::size_t>(std::ranges::upper_bound(table.steps, step) - table.steps.begin());
    table.steps.resize(rows);
    table.values.resize(rows * table.columns.size());
  }
  record.outcome = outcome;
  return record;
}

TEST(Doctor, ATruncatedRunIsNeverSilentlyHealthy) {
  const Record sick = record_of(patient({{"train.lr", "1e-6"}}));
  const Record healthy =
      record_of(patient({{"train.optimizer", "adam"}, {"train.lr", "0.01"}, {"train.steps", "400"}}));
  for (const bool probe : {true, false})
    for (const std::int64_t step : {0, 5, 40, 90}) {
      for (const Outcome& outcome : {Outcome{.status = "running"}, Outcome{.status = "interrupted", .steps = step}}) {
        SCOPED_TRACE(outcome.status + " at step " + std::to_string(step) + (probe ? "" : ", no probe"));
        expect_sound(diagnose(cut(sick, step, outcome), {.probe = probe}));
        EXPECT_NE(diagnose(cut(sick, step, outcome), {.probe = probe}).verdict, Health::healthy);
        const Diagnosis early = diagnose(cut(healthy, step, outcome), {.probe = probe});
        expect_sound(early);
        EXPECT_TRUE(early.verdict == Health::undecided ||
                    early.summary.find("ends early, after " + std::to_string(step / 20 * 20) + " of 400 steps") !=
                        std::string::npos)
            << early.summary;
      }
    }
}

TEST(Doctor, ARunKilledAfterItConvergedIsNotBlamedForIt) {
  const Record whole = record_of(patient({{"train.optimizer", "adam"}, {"train.lr", "0.01"}, {"train.steps", "400"}}));
  ASSERT_EQ(diagnose(whole).verdict, Health::healthy);
  EXPECT_EQ(diagnose(cut(whole, 390, {.status = "running"})).verdict, Health::healthy)
      << "its outcome says 0 steps, its surveys more";
}

}  // namespace
}  // namespace gradclinic
