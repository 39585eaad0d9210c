#include "gradclinic/record/cache.h"

#include <gtest/gtest.h>

#include "gradclinic/record/store.h"
#include "gradclinic/support/error.h"
#include "record/made_run.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

class CacheTest : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string path_ = folder_ / "made/cache.sqlite";
};

TEST_F(CacheTest, GivesBackEveryByte) {
  Cache cache(path_);
  EXPECT_FALSE(cache.get("key"));
  for (const std::string& value : {std::string(), std::string("a\0b\xff", 4), std::string(3'000'000, 'z')}) {
    cache.put("key", value);
    EXPECT_EQ(cache.get("key"), value);
  }
  EXPECT_FALSE(cache.get("ke"));
  EXPECT_FALSE(cache.get("KEY"));
}

TEST_F(CacheTest, KeysMayHoldAnything) {
  Cache cache(path_);
  const std::vector<std::string> keys = {"", "'", std::string("a\0b", 3), "a", "\xff", std::string(100'000, 'k')};
  for (std::size_t i = 0; i < keys.size(); ++i) cache.put(keys[i], std::to_string(i));
  for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(cache.get(keys[i]), std::to_string(i)) << i;
}

TEST_F(CacheTest, KeepsValuesForTheNextProgram) {
  Cache(path_).put("key", "value");
  EXPECT_EQ(Cache(path_).get("key"), "value");
}

TEST_F(CacheTest, AForeignFileIsAnErrorThatSaysWhatToDo) {
  make_run(*Store(folder_ / "store.sqlite").new_run(), 1);
  write_bytes(folder_ / "text", std::string(5000, 't'));
  for (const char* name : {"store.sqlite", "text"}) {
    const std::string message = message_of<StoreError>([&] { Cache(folder_ / name).get("key"); });
    EXPECT_NE(message.find("delete it or choose another folder"), std::string::npos) << message;
    EXPECT_NE(message.find(folder_ / name), std::string::npos) << message;
  }
  EXPECT_THROW(Cache(folder_.path()).get("key"), StoreError);
  EXPECT_EQ(read_bytes(folder_ / "text"), std::string(5000, 't'));
  EXPECT_THROW(Store(folder_ / "cache.sqlite", true), StoreError);
}

}  // namespace
}  // namespace gradclinic
