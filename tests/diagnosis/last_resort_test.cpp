// A plain network in the model's place is tried where nothing else shows that a training from outside fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "diagnosis/made_record.h"
#include "gradclinic/diagnosis/doctor.h"
#include "gradclinic/diagnosis/outside_changes.h"

namespace gradclinic {
namespace {

/// A user's own training that came to this loss, of what it was without training; of classes where there is an
/// accuracy.
Record ended_at(float loss, float accuracy = NAN) {
  Record record;
  record.spec = "[model]\nkind = \"outside\"\nlayers = \"a b\"\ndepth = 2\nwidth = 8\n[train]\nsteps = 20\n";
  add_table(record, "survey", {0, 10, 20},
            {{{"survey.loss", 0}, {1, loss, loss}}, {{"survey.accuracy", 0}, {accuracy, accuracy, accuracy}}});
  add_table(record, "data", {0}, {{{"data.constant_loss", 0}, {1}}});
  record.outcome = {.status = "finished", .steps = 20};
  return record;
}

struct Examined {
  Diagnosis diagnosis;
  int plain = 0;  ///< how often that was tried
};

/// What trials come to: the plain network, and anything else.
Examined examined(const Record& record, double plain, double other) {
  Examined result;
  DoctorOptions options;
  options.trials.train = [&](const Spec&, const std::vector<Change>& changes) {
    const bool is_plain = changes.front().key == kPlainKey;
    result.plain += is_plain ? 1 : 0;
    Counterfactual trained{.steps = 20};
    trained.course.training = points_of({1, is_plain ? plain : other, is_plain ? plain : other});
    return trained;
  };
  result.diagnosis = diagnose(record, options);
  return result;
}

TEST(LastResort, ShowsThatTheModelIsAtFault) {
  const Examined result = examined(ended_at(0.8F), 0.1, 0.8);
  EXPECT_EQ(result.plain, 2);
  EXPECT_EQ(result.diagnosis.verdict, Health::sick);
  ASSERT_TRUE(result.diagnosis.cause());
  EXPECT_EQ(result.diagnosis.cause()->pathology, "worse-than-plain");
  EXPECT_TRUE(result.diagnosis.cause()->by_hand);
  ASSERT_EQ(result.diagnosis.cause()->evidence.size(), 1U);
  EXPECT_EQ(result.diagnosis.cause()->evidence[0].limit, "0.1 by a plain network");
  EXPECT_NEAR(result.diagnosis.cause()->severity, 0.7 / 0.9, 1e-3) << "of what the plain network learned";
}

TEST(LastResort, IsTheBetterOfTwo) {
  for (const std::string better : {"true", "attention"}) {
    DoctorOptions options;
    options.trials.train = [&](const Spec&, const std::vector<Change>& changes) {
      const bool plain = changes.front().key == kPlainKey;
      const double loss = !plain ? 0.8 : changes.front().value == better ? 0.1 : NAN;
      Counterfactual trained{.steps = 20};
      trained.course.training = points_of({1, loss, loss});
      trained.course.diverged = std::isnan(loss);
      return trained;
    };
    const Diagnosis diagnosis = diagnose(ended_at(0.8F), options);
    ASSERT_TRUE(diagnosis.cause()) << better;
    EXPECT_EQ(diagnosis.cause()->pathology, "worse-than-plain");
    EXPECT_EQ(diagnosis.cause()->evidence.at(0).limit, "0.1 by a plain network");
  }
}

TEST(LastResort, HasToBeClear) {
  EXPECT_EQ(examined(ended_at(0.26F), 0, 0.26).diagnosis.verdict, Health::healthy);
  const Examined result = examined(ended_at(0.5F, 0.7F), 0.3, 0.5);
  EXPECT_EQ(result.plain, 2);
  EXPECT_EQ(result.diagnosis.verdict, Health::healthy) << "29 % is missing of what a plain network learns";
  EXPECT_EQ(examined(ended_at(0.5F), 0.3, 0.5).diagnosis.verdict, Health::healthy) << "of amounts, too";
  EXPECT_EQ(examined(ended_at(0.5F), 0.27, 0.5).diagnosis.verdict, Health::sick) << "of amounts 32 % is clear";
  const auto shown = std::ranges::find(result.diagnosis.trials, "worse-than-plain", &Trial::suspect);
  ASSERT_NE(shown, result.diagnosis.trials.end()) << "it is told all the same what a plain network comes to";
  EXPECT_NEAR(shown->loss, 0.3, 1e-6);
}

TEST(LastResort, HasToBeLessClearBesideAMistakeThatIsSeen) {
  for (const float mixed : {0.0F, 1.0F}) {
    Record record = ended_at(0.45F, 0.7F);
    add_table(
        record, "data", {0},
        {{{"data.constant_loss", 0}, {1}}, {{"data.samples_mixed", 0}, {mixed}}, {{"data.target_values", 0}, {9}}});
    const Diagnosis diagnosis = examined(record, 0.2, 0.45).diagnosis;
    EXPECT_EQ(diagnosis.verdict, mixed == 1 ? Health::sick : Health::healthy) << "31 % is missing";
    if (diagnosis.cause()) {
      EXPECT_EQ(diagnosis.cause()->pathology, "wrong-output-or-loss");
    }
  }
}

TEST(LastResort, IsNotTriedWhereAnythingElseTells) {
  const Examined result = examined(ended_at(0.8F), 0, 0.1);
  EXPECT_EQ(result.diagnosis.verdict, Health::sick);
  EXPECT_EQ(result.plain, 0);
  EXPECT_FALSE(std::ranges::count(result.diagnosis.findings, "worse-than-plain", &Finding::pathology));
}

/// Words, of which no neighbours are known, and that a training never told apart.
Record without_use() {
  Record record = ended_at(1);
  add_table(record, "validation", {10, 20},
            {{{"validation_loss", 0}, {1, 1}}, {{"validation_accuracy", 0}, {0.5, 0.5}}});
  add_table(record, "data", {0},
            {{{"data.constant_loss", 0}, {1}},
             {{"data.neighbour_agreement", 0}, {NAN}},
             {{"data.target_values", 0}, {2}},
             {{"data.largest_class", 0}, {0.5}},
             {{"data.samples", 0}, {1000}},
             {{"data.held_out", 0}, {500}}});
  return record;
}

TEST(LastResort, TellsWhetherLabelsCanBeLearned) {
  for (const bool learns : {true, false}) {
    DoctorOptions options;
    options.trials.train = [&](const Spec&, const std::vector<Change>& changes) {
      const bool useful = learns && changes.front().key == kPlainKey;
      Counterfactual trained{.steps = 20};
      trained.course.training = points_of({1, 0.5, 0.2});
      trained.course.validation = points_of({1, 1, useful ? 0.3 : 1.0}, {0.5, 0.5, useful ? 0.9 : 0.5});
      return trained;
    };
    const Diagnosis diagnosis = diagnose(without_use(), options);
    EXPECT_EQ(diagnosis.verdict, Health::sick);
    ASSERT_TRUE(diagnosis.cause());
    EXPECT_EQ(diagnosis.cause()->pathology, learns ? "worse-than-plain" : "unlearnable-labels");
  }
}

TEST(LastResort, IsNeverTakenFromARecordAlone) {
  const Diagnosis diagnosis = diagnose(ended_at(0.99F), {.probe = false});
  EXPECT_EQ(diagnosis.verdict, Health::sick) << diagnosis.summary;
  EXPECT_FALSE(std::ranges::count(diagnosis.findings, "worse-than-plain", &Finding::pathology));
}

}  // namespace
}  // namespace gradclinic
