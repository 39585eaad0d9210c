#include "gradclinic/data/readers/npy.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "data/damage.h"
#include "gradclinic/data/readers/file.h"

namespace gradclinic {
namespace {

/// A file that numpy.save wrote (beside the fuzzers, as their first inputs).
NpyTable<float> saved_by_numpy(const std::string& name) {
  const File file(GRADCLINIC_SOURCE "/tests/fuzz/corpus/npy/" + name + ".npy");
  return read_npy<float>(file.bytes(), file.path());
}

std::string npy_file(const std::string& header, const std::string& values, char version = 1) {
  std::string file = std::string("\x93NUMPY") + version + '\0' + static_cast<char>(header.size()) + '\0';
  if (version > 1) file += std::string(2, '\0');
  return file + header + values;
}

std::string npy_header(const std::string& descr, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  std::string bytes;
  for (const T value : values) {
    const auto raw = std::bit_cast<std::array<char, sizeof(T)>>(value);
    bytes.append(raw.begin(), raw.end());
  }
  return bytes;
}

std::vector<float> read(const std::string& file, Index limit = 0) {
  const auto table = read_npy<float>(as_bytes(file), "f.npy", limit);
  return {table.values.values.begin(), table.values.values.end()};
}

TEST(Npy, ReadsWhatNumpyWrote) {
  for (const std::string name : {"f4_c", "f8_fortran"}) {  // arange(12).reshape(2, 3, 2) / 8
    const NpyTable<float> table = saved_by_numpy(name);
    ASSERT_EQ(table.values.rows, 2) << name;
    ASSERT_EQ(table.values.columns, 6) << name;
    for (int i = 0; i < 12; ++i) EXPECT_EQ(table.values.values[i], static_cast<float>(i) / 8) << name << " " << i;
  }
  const NpyTable<float> version2 = saved_by_numpy("i4_v2");  // arange(12).reshape(2, 3, 2) - 6
  EXPECT_EQ(version2.values.columns, 6);
  const NpyTable<float> version3 = saved_by_numpy("i8_v3");  // the same as 6 x 2
  EXPECT_EQ(version3.values.columns, 2);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(version2.values.values[i], static_cast<float>(i - 6));
    EXPECT_EQ(version3.values.values[i], static_cast<float>(i - 6));
  }
  const auto values = [](const std::string& name) {
    const NpyTable<float> table = saved_by_numpy(name);
    return std::vector<float>(table.values.values.begin(), table.values.values.end());
  };
  EXPECT_EQ(values("u1_line"), (std::vector<float>{3, 0, 255}));
  EXPECT_EQ(saved_by_numpy("u1_line").values.columns, 1);
  EXPECT_EQ(values("b1_line"), (std::vector<float>{1, 0, 1}));
  EXPECT_EQ(values("f4_big_endian"), (std::vector<float>{1.5, -2.25}));
}

TEST(Npy, TakesTheFirstSamplesInBothOrders) {
  const std::string c_order = npy_file(npy_header("<i4", "(3, 2)"), bytes_of<std::int32_t>({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(read(c_order, 2), (std::vector<float>{1, 2, 3, 4}));
  const std::string fortran = npy_file(npy_header("<i4", "(3, 2)", "True"), bytes_of<std::int32_t>({1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(read(fortran, 2), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(read_npy<float>(as_bytes(fortran), "f", 2).held, 3);
}

TEST(Npy, KeepsLargeClassNumbersApartInDouble) {
  const std::string file = npy_file(npy_header("<i8", "(2,)"), bytes_of<std::int64_t>({16777216, 16777217}));
  const auto table = read_npy<double>(as_bytes(file), "f");
  EXPECT_EQ(table.values.values[1] - table.values.values[0], 1);
}

TEST(Npy, TakesTheHeadersKeysInAnyOrderAndQuotes) {
  EXPECT_EQ(read(npy_file("{\"shape\":(2,),\"descr\":\"|u1\",\"fortran_order\":False}", "\x05\x06")),
            (std::vector<float>{5, 6}));
}

TEST(Npy, NamesTheOffsetOfANumberThatIsNotFinite) {
  const std::string header = npy_header("<f8", "(3,)");
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {std::nan(""), infinity, 1e300}) {
    const std::string error = error_of([&] { read(npy_file(header, bytes_of<double>({1, bad, 2}))); });
    EXPECT_NE(error.find("byte " + std::to_string(10 + header.size() + 8)), std::string::npos) << error;
    EXPECT_NE(error.find("not finite"), std::string::npos) << error;
  }
  EXPECT_EQ(read_npy<double>(as_bytes(npy_file(header, bytes_of<double>({1, 1e300, 2}))), "f").values.rows, 3);
}

TEST(Npy, RejectsAFileOfAnotherSizeThanItsShapePromises) {
  const std::string header = npy_header("<f4", "(2, 1)");
  std::string error = error_of([&] { read(npy_file(header, bytes_of<float>({1}))); });
  EXPECT_NE(error.find("4 bytes of 8"), std::string::npos) << error;
  EXPECT_NE(error.find("byte " + std::to_string(10 + header.size() + 4)), std::string::npos) << error;
  EXPECT_THROW(read(npy_file(header, bytes_of<float>({1, 2, 3}))), BadInput);
  EXPECT_THROW(read(npy_file(npy_header("<f4", "(4000000000, 4000000000, 4000000000)"), "")), BadInput);
  EXPECT_THROW(read(npy_file(npy_header("<f4", "(1000000000, 1000000000)"), "")), BadInput);
}

TEST(Npy, RejectsOtherHeaders) {
  const std::string one = bytes_of<float>({1});
  const auto rejects = [&](const std::string& header, const std::string& reason) {
    const std::string error = error_of([&] { read(npy_file(header, one)); });
    EXPECT_NE(error.find(reason), std::string::npos) << header << ": " << error;
  };
  EXPECT_EQ(read(npy_file(npy_header("<f4", "(1,)"), one)), std::vector<float>{1});
  rejects(npy_header("<f2", "(1,)"), "(got `<f2`)");
  rejects(npy_header("|O", "(1,)"), "(got `|O`)");
  rejects(npy_header("", "(1,)"), "type");
  rejects(npy_header("<f4", "()"), "a single number");
  rejects(npy_header("<f4", "(0, 3)"), "size");
  rejects(npy_header("<f4", "(-1,)"), "0 or more");
  rejects(npy_header("<f4", "(1,", ""), "True nor False");
  rejects("{'descr': '<f4', 'shape': (1,)}", "must hold");
  rejects("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", "twice");
  rejects("{'other': 1}", "unknown key");
  rejects(npy_header("<f4", "(1,)") + "x", "after");
  rejects("{'descr", "without end");
  rejects("", "`{` is missing");
  EXPECT_THROW(read(npy_file(npy_header("<f4", "(1,)"), one, 4)), BadInput);
  EXPECT_THROW(read("PK\3\4"), BadInput);
  EXPECT_THROW(read(""), BadInput);
  EXPECT_THROW(read("\x93NUMPY"), BadInput);
  EXPECT_THROW(read(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12)), BadInput);
}

TEST(Npy, AnArrayWithoutValuesIsRejected) {
  EXPECT_NE(error_of([] { read(npy_file(npy_header("<f4", "(0, 3)"), "")); }).find("without values"),
            std::string::npos);
}

TEST(Npy, SurvivesDamageEverywhere) {
  const std::string c_order = npy_file(npy_header("<f4", "(2, 2)"), bytes_of<float>({1, 2, 3, 4}));
  const std::string fortran = npy_file(npy_header("<i8", "(2, 1, 2)", "True"), bytes_of<std::int64_t>({1, 2, 3, 4}), 2);
  for (const std::string& file : {c_order, fortran}) {
    damage_everywhere(file, [](Bytes damaged) { read_npy<float>(damaged, "f"); });
    damage_everywhere(file, [](Bytes damaged) { read_npy<double>(damaged, "f", 1); });
  }
}

}  // namespace
}  // namespace gradclinic
