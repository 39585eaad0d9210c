#include "gradclinic/logs/checkpoint.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/damage.h"
#include "gradclinic/logs/npz_archive.h"
#include "gradclinic/logs/safetensors.h"
#include "gradclinic/logs/small_floats.h"
#include "gradclinic/logs/zip_archive.h"
#include "gradclinic/record/export.h"
#include "gradclinic/support/npz.h"
#include "logs/made_checkpoint.h"
#include "record/made_run.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

/// Reads all there is, as a fuzzer does.
void read_everything(const std::vector<StoredTensor>& tensors) {
  for (const StoredTensor& tensor : tensors) {
    const std::vector<double> values = values_of(tensor);
    EXPECT_EQ(values.size(), tensor.type == NumberType::other ? 0 : static_cast<std::size_t>(tensor.size()));
  }
}

std::string small_safetensors() {
  return made_safetensors({{"layers.10.weight", {2, 2}, {1, 2, NAN, -INFINITY}}, {"layers.2.bias", {3}, {0, 4, 5}}});
}

std::string small_npz(const TemporaryFolder& folder) {
  NpzWriter writer;
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const std::vector<std::int64_t> steps = {7};
  writer.add("fc.weight", values, 2, 3);
  writer.add("step", steps);
  writer.add("note", "text");
  writer.write(folder / "small.npz");
  return read_bytes(folder / "small.npz");
}

TEST(SmallFloats, AreWhatTheirFormatsSay) {
  EXPECT_EQ(from_float16(0x3c00), 1);
  EXPECT_EQ(from_float16(0xc000), -2);
  EXPECT_EQ(from_float16(0x7bff), 65504);
  EXPECT_EQ(from_float16(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(from_float16(0x03ff), std::ldexp(1023.0f, -24));
  EXPECT_EQ(from_float16(0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(from_float16(0x7e00)));
  EXPECT_EQ(from_bfloat16(0x3f80), 1);
  EXPECT_TRUE(std::isnan(from_bfloat16(0x7fc0)));
}

TEST(Safetensors, TensorsComeInNaturalOrderWithTheirValues) {
  const std::string file = small_safetensors();
  const std::vector<StoredTensor> tensors = read_safetensors(as_bytes(file), "file");
  ASSERT_EQ(tensors.size(), 2U);
  EXPECT_EQ(tensors[0].name, "layers.2.bias");
  EXPECT_EQ(values_of(tensors[0]), (std::vector<double>{0, 4, 5}));
  EXPECT_EQ(tensors[1].shape, (std::vector<Index>{2, 2}));
  const std::vector<double> values = values_of(tensors[1]);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values[3], -INFINITY);
}

TEST(Safetensors, EveryDamageIsAnErrorOrAReadableFile) {
  const std::string file = small_safetensors();
  damage_everywhere(file, [](Bytes damaged) { read_everything(read_safetensors(damaged, "file")); });
  for (std::size_t length = 0; length < file.size(); ++length) {
    const std::string cut = file.substr(0, length);
    const std::string error = error_of([&] { read_safetensors(as_bytes(cut), "file"); });
    EXPECT_TRUE(error.starts_with("[file, byte ")) << error;
  }
}

TEST(Safetensors, WhatDoesNotFitIsNamed) {
  const auto error = [](const std::string& header, const std::string& data) {
    const std::string file = safetensors_file(header, data);
    return error_of([&] { read_safetensors(as_bytes(file), "file"); });
  };
  const auto expect = [](const std::string& message, const std::string& what) {
    EXPECT_NE(message.find(what), std::string::npos) << message;
  };
  expect(error("{", ""), "no JSON");
  expect(error("[]", ""), "no table");
  expect(error(std::string(50000, '[') + std::string(50000, ']'), ""), "no table");
  expect(error(R"({"a":1})", ""), "no table");
  expect(error(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", "12345678"), "not that of its shape");
  expect(error(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234"), "beyond the end");
  expect(error(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678"), "gap");
  expect(error(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "12345678"), "after the last tensor");
  expect(error(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],)"
               R"("data_offsets":[0,4]}})",
               "1234"),
         "overlap");
  expect(error(R"({"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}})", "1234"), "type that is not known");
  expect(error(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", ""), "promises more");
  expect(error(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234"), "without a shape");
  expect(error(R"({"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}})", "1234"), "without a shape");
}

TEST(Npz, ArraysWrittenByOurselvesComeBack) {
  const TemporaryFolder folder;
  const std::string file = small_npz(folder);
  const NpzArchive archive = read_npz(as_bytes(file), "file");
  ASSERT_EQ(archive.tensors.size(), 3U);
  EXPECT_EQ(archive.tensors[0].name, "fc.weight");
  EXPECT_EQ(archive.tensors[0].shape, (std::vector<Index>{2, 3}));
  EXPECT_EQ(values_of(archive.tensors[0]), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(archive.tensors[1].type, NumberType::other) << "a text";
  EXPECT_EQ(archive.tensors[2].type, NumberType::other) << "whole numbers";
}

TEST(Npz, EveryFormThatNumpyWritesIsRead) {
  if (!python_has("numpy")) GTEST_SKIP() << "Debian's Python has no numpy";
  const TemporaryFolder folder;
  write_bytes(folder / "make.py", R"(
import numpy as np
a = np.arange(24).reshape(2, 3, 4) / 8
arrays = {'f2': a.astype('<f2'), 'f4': a.astype('<f4'), 'f8': a.astype('<f8'), 'big': a.astype('>f4'),
          'fortran': np.asfortranarray(a), 'one': np.float32(7), 'none': np.zeros((0, 3), 'f4'),
          'i2': np.arange(3, dtype='i2'), 'u4': np.arange(3, dtype='u4'), 'b': np.array([True]),
          'text': np.array('words'), 'complex': np.zeros(2, 'c8')}
np.savez('stored.npz', **arrays)
np.savez_compressed('deflated.npz', **arrays)
)");
  ASSERT_EQ(shell("cd " + folder.path() + " && /usr/bin/python3 make.py").exit_code, 0);
  std::vector<double> expected;
  for (int i = 0; i < 24; ++i) expected.push_back(i / 8.0);
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const Checkpoint checkpoint(folder / name);
    for (const char* array : {"f2", "f4", "f8", "big", "fortran"}) {
      ASSERT_NE(checkpoint.find(array), nullptr) << array;
      EXPECT_EQ(checkpoint.find(array)->shape, (std::vector<Index>{2, 3, 4}));
      EXPECT_EQ(values_of(*checkpoint.find(array)), expected) << name << ' ' << array;
    }
    EXPECT_EQ(values_of(*checkpoint.find("one")), std::vector<double>{7});
    EXPECT_TRUE(values_of(*checkpoint.find("none")).empty());
    for (const char* array : {"i2", "u4", "b", "text", "complex"})
      EXPECT_EQ(checkpoint.find(array)->type, NumberType::other) << array;
    EXPECT_EQ(checkpoint.find("nothing"), nullptr);
  }
}

TEST(Npz, EveryDamageIsAnErrorOrAReadableFile) {
  const TemporaryFolder folder;
  const std::string file = small_npz(folder);
  std::size_t errors = 0;
  damage_everywhere(file, [&](Bytes damaged) {
    try {
      read_everything(read_npz(damaged, "file").tensors);
    } catch (const BadInput& error) {
      ++errors;
      EXPECT_TRUE(std::string(error.what()).starts_with("[file")) << error.what();
      EXPECT_NE(std::string(error.what()).find(", byte "), std::string::npos) << error.what();
      throw;
    }
  });
  EXPECT_GT(errors, file.size()) << "a cut archive has no directory, a changed array a wrong checksum";
}

TEST(Npz, AMemberThatPromisesMoreThanItsBytesCanHoldIsRefusedBeforeItIsUnpacked) {
  const TemporaryFolder folder;
  std::string file = small_npz(folder);
  const std::size_t entry = file.find("PK\x01\x02");
  for (int byte = 0; byte < 4; ++byte) file[entry + 24 + byte] = byte == 3 ? '\x7f' : '\xff';
  const std::string error = error_of([&] { read_npz(as_bytes(file), "file"); });
  EXPECT_NE(error.find("larger than its packed bytes can hold"), std::string::npos) << error;
}

TEST(Checkpoint, IsToldByItsContentAndAnythingElseIsRefused) {
  const TemporaryFolder folder;
  const std::string file = small_safetensors();
  EXPECT_TRUE(is_checkpoint(as_bytes(file)));
  EXPECT_EQ(Checkpoint(folder.write("any", file)).tensors().size(), 2U);
  for (const auto& content : {std::string(), std::string("text"), file.substr(0, file.size() / 3)}) {
    EXPECT_FALSE(is_checkpoint(as_bytes(content)));
    EXPECT_NE(error_of([&] { Checkpoint(folder.write("bad", content)); }).find("neither safetensors nor npz"),
              std::string::npos);
  }
  const std::string whole = safetensors_file(R"({"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}})", "1234");
  EXPECT_NE(error_of([&] { Checkpoint(folder.write("whole", whole)); }).find("no array of floating-point"),
            std::string::npos);
}

TEST(Checkpoint, ARecordThatWeExportedIsNone) {
  const TemporaryFolder folder;
  MemoryRecorder memory;
  make_run(memory, 5);
  const std::string path = export_npz(memory.record(), folder / "run.npz");
  EXPECT_NE(error_of([&] { Checkpoint{path}; }).find("a run's record"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
