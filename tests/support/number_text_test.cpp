#include "gradclinic/support/number_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace gradclinic {
namespace {

TEST(NumberText, KeepsThreeDigitsInTheMiddleAndAnExponentAtTheEnds) {
  EXPECT_EQ(number_text(0.5321), "0.532");
  EXPECT_EQ(number_text(12400.4), "12400");
  EXPECT_EQ(number_text(999.7), "1000");
  EXPECT_EQ(number_text(0.001), "0.001");
  EXPECT_EQ(number_text(8.6e-9), "8.6e-9");
  EXPECT_EQ(number_text(9.99e-5), "1e-4");
  EXPECT_EQ(number_text(-3.14e7), "-3.1e7");
  EXPECT_EQ(number_text(5e-324), "4.9e-324");
  EXPECT_EQ(number_text(1.7e308), "1.7e308");
}

TEST(NumberText, TellsNumbersBesideOneFromOne) {
  EXPECT_EQ(number_text(1.004), "1.004");
  EXPECT_EQ(number_text(0.9912), "0.9912");
  EXPECT_EQ(number_text(1), "1");
  EXPECT_EQ(number_text(1.13), "1.13");
}

TEST(NumberText, NamesWhatIsNoNumber) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(NAN), "–");
  EXPECT_EQ(number_text(INFINITY), "∞");
  EXPECT_EQ(number_text(-INFINITY), "−∞");
}

TEST(DurationText, PicksTheUnit) {
  EXPECT_EQ(duration_text(0.84), "0.8 s");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(59.6), "1 min 0 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(7500), "2 h 5 min");
  EXPECT_EQ(duration_text(NAN), "–");
}

TEST(CountText, ChoosesTheForm) {
  EXPECT_EQ(count_text(1, "seed", "seeds"), "1 seed");
  EXPECT_EQ(count_text(0, "seed", "seeds"), "0 seeds");
}

}  // namespace
}  // namespace gradclinic
