#include <gtest/gtest.h>

#include <set>

#include "gradclinic/instruments/gauge.h"
#include "gradclinic/spec/vocabulary.h"

namespace gradclinic {
namespace {

TEST(GaugeCatalogue, EveryGaugeDocumentsItself) {
  const std::set<std::string> tables = {"step",  "validation", "histograms", "rank",
                                        "noise", "sharpness",  "survey",     "data"};
  std::set<std::string> ids;
  for (const Gauge& gauge : gauges::all()) {
    SCOPED_TRACE(gauge.id);
    EXPECT_TRUE(ids.insert(gauge.id).second) << "twice";
    EXPECT_GT(gauge.summary.size(), 10U);
    EXPECT_EQ(gauge.summary.find('\n'), std::string::npos);
    EXPECT_FALSE(gauge.unit.empty());
    EXPECT_FALSE(gauge.cost.empty());
    EXPECT_FALSE(gauge.reference.empty());
    EXPECT_TRUE(tables.contains(gauge.table)) << gauge.table;
  }
}

TEST(GaugeCatalogue, EveryGaugeHasOneFunctionThatFitsItsTable) {
  for (const Gauge& gauge : gauges::all()) {
    SCOPED_TRACE(gauge.id);
    const bool of_step = gauge.of_tensor || gauge.of_update || gauge.of_step;
    EXPECT_EQ((gauge.of_tensor ? 1 : 0) + (gauge.of_update ? 1 : 0) + (gauge.of_step ? 1 : 0) +
                  (gauge.of_validation ? 1 : 0) + (gauge.start_probe ? 1 : 0),
              1);
    EXPECT_EQ(gauge.table == "step", of_step);
    EXPECT_EQ(gauge.table == "validation", gauge.of_validation != nullptr);
    EXPECT_TRUE(gauge.quantities.empty() || gauge.of_tensor);
  }
}

TEST(GaugeCatalogue, IdsAreTheFilesNames) {
  std::vector<std::string> ids;
  for (const Gauge& gauge : gauges::all()) ids.push_back(gauge.id);
  EXPECT_EQ(ids, names_in("gauges"));
}

TEST(Quantities, HaveNamesOfTheirOwnAndLayers) {
  std::set<std::string> names;
  for (Quantity quantity : all_quantities()) names.insert(name_of(quantity));
  EXPECT_EQ(names, (std::set<std::string>{"weight", "weight_grad", "update", "pre_activation", "activation",
                                          "pre_activation_grad", "activation_grad"}));
  EXPECT_EQ(layers_with(Quantity::weight, 3), 3);
  EXPECT_EQ(layers_with(Quantity::activation, 3), 2) << "the output layer has no activation";
  EXPECT_EQ(layers_with(Quantity::activation_grad, 1), 0);
}

}  // namespace
}  // namespace gradclinic
