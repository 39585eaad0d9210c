#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "gradclinic/diagnosis/chain.h"
#include "gradclinic/diagnosis/pathology.h"

namespace gradclinic {
namespace {

TEST(PathologyCatalogue, IdsAreTheFilesNamesWithDashes) {
  std::set<std::string> files, ids;
  for (const auto& file :
       std::filesystem::directory_iterator(GRADCLINIC_SOURCE "/src/gradclinic/diagnosis/pathologies")) {
    std::string id = file.path().stem().string();
    std::ranges::replace(id, '_', '-');
    files.insert(id);
  }
  for (const Pathology& pathology : all_pathologies()) EXPECT_TRUE(ids.insert(pathology.id).second) << pathology.id;
  EXPECT_EQ(ids, files);
}

TEST(PathologyCatalogue, EveryEntryDocumentsItself) {
  for (const Pathology& pathology : all_pathologies()) {
    SCOPED_TRACE(pathology.id);
    EXPECT_FALSE(pathology.summary.empty());
    EXPECT_EQ(pathology.summary.find('\n'), std::string::npos) << "one line";
    EXPECT_FALSE(pathology.mechanism.empty());
    EXPECT_FALSE(pathology.reference.empty());
    EXPECT_FALSE(pathology.needs.empty());
    EXPECT_FALSE(pathology.look_alikes.empty());
    EXPECT_NE(pathology.examine, nullptr);
  }
}

TEST(PathologyCatalogue, EveryIdItNamesExists) {
  for (const Pathology& pathology : all_pathologies()) {
    for (const auto* list : {&pathology.look_alikes, &pathology.leads_to}) {
      std::set<std::string> once(list->begin(), list->end());
      EXPECT_EQ(once.size(), list->size()) << pathology.id << " names one twice";
      EXPECT_FALSE(once.contains(pathology.id)) << pathology.id << " names itself";
      for (const std::string& id : *list) EXPECT_NE(find_pathology(id), nullptr) << pathology.id << " names " << id;
    }
  }
  EXPECT_EQ(find_pathology("no-such-thing"), nullptr);
}

TEST(PathologyCatalogue, BenignOnesNeitherCauseNorFollow) {
  for (const Pathology& pathology : all_pathologies()) {
    const bool benign = pathology.stage == Stage::benign;
    EXPECT_TRUE(!benign || pathology.leads_to.empty()) << pathology.id;
    EXPECT_TRUE(!benign || pathology.fixes.empty()) << pathology.id << " needs no fix";
    EXPECT_TRUE(!benign || !pathology.without) << pathology.id << " needs no removal";
    for (const std::string& id : pathology.leads_to)
      EXPECT_NE(find_pathology(id)->stage, Stage::benign) << pathology.id << " leads to " << id;
  }
}

// A NaN in the data makes the loss diverge, and a loss that diverges becomes NaN: either may come first.
TEST(PathologyCatalogue, NothingElseLeadsToItself) {
  std::set<std::string> circular;
  for (const Pathology& pathology : all_pathologies())
    if (leads_to(pathology, pathology.id)) circular.insert(pathology.id);
  EXPECT_EQ(circular, (std::set<std::string>{"divergence", "non-finite"}));
}

TEST(PathologyCatalogue, IsInTheOrderOfItsStages) {
  EXPECT_TRUE(std::ranges::is_sorted(all_pathologies(), {}, &Pathology::stage));
}

TEST(PathologyCatalogue, LeadsToFollowsTheChain) {
  const auto leads = [](const char* cause, const char* symptom) { return leads_to(*find_pathology(cause), symptom); };
  EXPECT_TRUE(leads("unnormalized-input", "saturated-activation"));
  EXPECT_TRUE(leads("saturated-activation", "vanishing-gradient"));
  EXPECT_TRUE(leads("over-clipping", "undertrained")) << "through another";
  EXPECT_FALSE(leads("loss-plateau", "vanishing-gradient"));
  EXPECT_FALSE(leads("vanishing-gradient", "unnormalized-input"));
}

}  // namespace
}  // namespace gradclinic
