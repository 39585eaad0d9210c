#include "gradclinic/support/machine.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/shell.h"

namespace gradclinic {
namespace {

std::string line_of(const std::string& command) {
  const std::string output = shell(command).output;
  return output.substr(0, output.find('\n'));
}

TEST(DescribeMachine, AgreesWithTheSystemsOwnTools) {
  const auto facts = describe_machine();
  EXPECT_EQ(facts.at("cores"), line_of("nproc"));
  EXPECT_EQ(facts.at("kernel"), line_of("uname -srm"));
  EXPECT_EQ(facts.at("os"), line_of(". /etc/os-release && echo \"$PRETTY_NAME\""));
  EXPECT_EQ(facts.at("cpu"), line_of("sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo"));
  const double kibibytes = std::stod(line_of("awk '/^MemTotal/ {print $2}' /proc/meminfo"));
  EXPECT_NEAR(std::stod(facts.at("memory")), kibibytes / (1 << 20), 0.1);
}

TEST(DescribeMachine, NamesCompilerAndInstructionSet) {
  const auto facts = describe_machine();
  EXPECT_NE(facts.at("compiler").find_first_of("0123456789"), std::string::npos);
  EXPECT_FALSE(facts.at("instruction set").empty());
}

TEST(UsableCores, FollowsTheAffinity) {
  cpu_set_t all, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  EXPECT_EQ(usable_cores(), CPU_COUNT(&all));
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof all, &all), 0);
}

}  // namespace
}  // namespace gradclinic
