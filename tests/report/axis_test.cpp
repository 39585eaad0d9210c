#include "gradclinic/report/axis.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradclinic {
namespace {

using Values = std::vector<double>;

TEST(Axis, HoldsItsValuesWithRoom) {
  const Axis axis = Axis::fit({3, 7, NAN, INFINITY}, false, false);
  EXPECT_LT(axis.low(), 3);
  EXPECT_GT(axis.high(), 7);
  EXPECT_LT(axis.high(), 8);
  EXPECT_NEAR(axis.place(5), 0.5, 1e-12);
}

TEST(Axis, StartsAtZeroWhenAskedAndNear) {
  EXPECT_EQ(Axis::fit({1, 10}, false).low(), 0);
  EXPECT_GT(Axis::fit({9, 10}, false).low(), 8);
  EXPECT_LT(Axis::fit({-1, 10}, false).low(), -1);
}

TEST(Axis, PlacesByTheLogarithm) {
  const Axis axis = Axis::exact(1e-9, 1e-1, true);
  EXPECT_NEAR(axis.place(1e-5), 0.5, 1e-12);
  EXPECT_FALSE(axis.holds(0));
  EXPECT_FALSE(axis.holds(-1));
  EXPECT_EQ(axis.place(0), 0);
  EXPECT_EQ(axis.place(INFINITY), 1);
  EXPECT_EQ(axis.place(NAN), 0);
}

TEST(Axis, TicksAreRound) {
  EXPECT_EQ(Axis::exact(0, 10, false).ticks(5), (Values{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(Axis::exact(1e-9, 1, true).ticks(5), (Values{1e-8, 1e-6, 1e-4, 1e-2, 1}));
  EXPECT_EQ(Axis::exact(0.008, 1, true).ticks(6), (Values{0.01, 0.1, 1}));
  EXPECT_EQ(Axis::exact(0.05, 2, true).ticks(6), (Values{0.1, 0.3, 1}));
}

TEST(Axis, TicksCanBeTheValuesThemselves) {
  const Axis axis = Axis::exact(1, 100, true);
  EXPECT_EQ(axis.ticks_at({5, 10, 5, NAN, 90, 100}, 0.05), (Values{5, 10, 100}));
  EXPECT_EQ(axis.ticks_at({}, 0.05), Values{});
}

TEST(Axis, AlwaysHasTicksWithinItself) {
  const double tiny = std::numeric_limits<double>::denorm_min(), huge = std::numeric_limits<double>::max();
  const std::vector<Values> cases = {
      {}, {0}, {1}, {1, 1 + 1e-15}, {-5, -5}, {tiny, huge}, {-huge, huge}, {1e9, 1e9 + 1e-6}, {NAN}, {INFINITY}};
  for (const Values& values : cases) {
    for (bool log : {false, true}) {
      const Axis axis = Axis::fit(values, log);
      EXPECT_LT(axis.low(), axis.high());
      const Values ticks = axis.ticks(8);
      EXPECT_FALSE(ticks.empty());
      EXPECT_LE(ticks.size(), 12U);
      for (double tick : ticks) {
        EXPECT_GE(axis.place(tick), -0.01);
        EXPECT_LE(axis.place(tick), 1.01);
      }
    }
  }
}

TEST(TickText, KeepsPowersOfTenExact) {
  EXPECT_EQ(tick_text(1e-9), "1e-9");
  EXPECT_EQ(tick_text(0.001), "0.001");
  EXPECT_EQ(tick_text(1), "1");
  EXPECT_EQ(tick_text(10000), "10000");
  EXPECT_EQ(tick_text(1e6), "1e6");
  EXPECT_EQ(tick_text(0), "0");
  EXPECT_EQ(tick_text(-2), "-2");
  EXPECT_EQ(tick_text(0.3), "0.3");
}

}  // namespace
}  // namespace gradclinic
