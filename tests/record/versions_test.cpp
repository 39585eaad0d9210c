#include "gradclinic/record/versions.h"

#include <gtest/gtest.h>

#include "gradclinic/record/record.h"
#include "support/shell.h"

namespace gradclinic {
namespace {

TEST(DescribeVersions, AgreeWithThePackages) {
  const auto versions = describe_versions();
  EXPECT_EQ(versions.at("record"), std::to_string(kRecordVersion));
  const auto package = [](const std::string& name) {
    const std::string output = shell("pkg-config --modversion " + name).output;
    return output.substr(0, output.find('\n'));
  };
  EXPECT_EQ(versions.at("sqlite"), package("sqlite3"));
  EXPECT_EQ(versions.at("zlib"), package("zlib"));
  EXPECT_EQ(versions.at("eigen"), package("eigen3"));
  EXPECT_FALSE(versions.at("blas").empty());
  const std::string project =
      shell("sed -n 's/^project(gradclinic VERSION \\([0-9.]*\\).*/\\1/p' " GRADCLINIC_SOURCE "/CMakeLists.txt").output;
  EXPECT_EQ(versions.at("gradclinic") + "\n", project);
}

}  // namespace
}  // namespace gradclinic
