// The generator against torch.Generator: every kind of draw, in any order, from any seed.
#include "gradclinic/tensor/generator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "reference/compare.h"
#include "reference/reference.h"

namespace gradclinic {
namespace {

constexpr std::uint64_t kSeeds[] = {0,
                                    1,
                                    42,
                                    2'147'483'648,
                                    4'294'967'295,
                                    4'294'967'296,
                                    4'294'967'338,
                                    9'223'372'036'854'775'813U,
                                    18'446'744'073'709'551'615U};

// Below 16 torch draws one by one, from 16 on sixteen at a time, with the last sixteen redrawn off multiples of 16.
constexpr int kSizes[] = {1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 48, 100, 160, 1000};

nlohmann::json calls_of_every_kind_and_size() {
  nlohmann::json calls;
  for (const int n : kSizes) {
    calls.push_back({{"kind", "randn"}, {"n", n}});
    calls.push_back({{"kind", "normal"}, {"n", n}, {"mean", 1.5}, {"deviation", 0.25}});
    calls.push_back({{"kind", "uniform"}, {"n", n}, {"low", -0.3}, {"high", 2.0}});
    calls.push_back({{"kind", "bernoulli"}, {"n", n}, {"probability", 0.8}});
    calls.push_back({{"kind", "permutation"}, {"n", n}});
  }
  return calls;
}

/// The same calls in another order, so that every kind follows every other.
nlohmann::json interleaved(std::uint32_t seed) {
  std::vector<nlohmann::json> calls = calls_of_every_kind_and_size();
  std::shuffle(calls.begin(), calls.end(), std::mt19937(seed));
  return calls;
}

template <class T>
std::vector<double> draw(const nlohmann::json& call, Generator& generator) {
  const auto number = [&](const char* key) { return static_cast<T>(call.at(key).get<double>()); };
  const std::string kind = call.at("kind");
  const auto n = call.at("n").get<std::int64_t>();
  if (kind == "permutation") {
    const std::vector<std::int64_t> order = generator.permutation(n);
    return {order.begin(), order.end()};
  }
  std::vector<T> values(static_cast<std::size_t>(n));
  const std::span<T> out(values);
  if (kind == "randn") generator.normal(out);
  if (kind == "normal") generator.normal(out, number("mean"), number("deviation"));
  if (kind == "uniform") generator.uniform(out, number("low"), number("high"));
  if (kind == "bernoulli") generator.bernoulli(out, call.at("probability").get<double>());
  return {values.begin(), values.end()};
}

/// Uniform numbers may differ in the last bit (fused multiply-add), normal ones in the last bits of a logarithm and a
/// cosine; the rest agrees exactly.
double tolerance(const std::string& kind, double unit) {
  if (kind == "uniform") return unit;
  return kind == "randn" || kind == "normal" ? 16 * unit : 0;
}

template <class T>
void compare(const nlohmann::json& program, const nlohmann::json& theirs) {
  Generator generator(program.at("seed").get<std::uint64_t>());
  const nlohmann::json& calls = program.at("calls");
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string kind = calls[i].at("kind");
    SCOPED_TRACE("seed " + program.at("seed").dump() + ", " + program.at("precision").get<std::string>() + ", call " +
                 std::to_string(i) + ": " + calls[i].dump());
    const std::vector<double> ours = draw<T>(calls[i], generator);
    const auto numbers = theirs[i].get<std::vector<double>>();
    ASSERT_EQ(ours.size(), numbers.size());
    for (std::size_t j = 0; j < ours.size(); ++j)
      ASSERT_NEAR(ours[j], numbers[j], tolerance(kind, std::numeric_limits<T>::epsilon())) << "entry " << j;
  }
}

TEST(Generator, DrawsWhatPyTorchDraws) {
  nlohmann::json request;
  for (const std::uint64_t seed : kSeeds) {
    for (const char* precision : {"float", "double"}) {
      request["draws"].push_back({{"seed", seed}, {"precision", precision}, {"calls", calls_of_every_kind_and_size()}});
      request["draws"].push_back(
          {{"seed", seed}, {"precision", precision}, {"calls", interleaved(static_cast<std::uint32_t>(seed % 97))}});
    }
  }
  const nlohmann::json draws = ask_reference(request).at("draws");
  ASSERT_EQ(draws.size(), request["draws"].size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const nlohmann::json& program = request["draws"][i];
    program["precision"] == "float" ? compare<float>(program, draws[i]) : compare<double>(program, draws[i]);
  }
}

TEST(Generator, PermutationInPlaceIsTheSame) {
  Generator one(5);
  Generator other(5);
  std::vector<std::int64_t> order(37);
  other.permutation(order);
  EXPECT_EQ(one.permutation(37), order);
  EXPECT_NE(one.permutation(37), order);
  EXPECT_TRUE(one.permutation(0).empty());
}

TEST(Generator, SixtyFourBitsAreTwoDrawsHighHalfFirst) {
  Generator pairs(9);
  Generator singles(9);
  const std::uint64_t high = singles.random();
  EXPECT_EQ(pairs.random64(), high << 32 | singles.random());
}

}  // namespace
}  // namespace gradclinic
