#include "gradclinic/data/images.h"

#include <algorithm>
#include <array>

#include "gradclinic/support/error.h"

namespace gradclinic {
namespace {

std::array<float, 256> make_shares() {
  std::array<float, 256> shares{};
  for (int byte = 0; byte < 256; ++byte) shares[byte] = static_cast<float>(byte) / 255.0F;
  return shares;
}

}  // namespace

Dataset image_dataset(Index samples, Index pixels, Index classes) {
  Dataset data;
  data.inputs = Tensor<float>(samples, pixels);
  data.targets = Tensor<float>(samples, 1);
  data.task = Task::classification;
  data.classes = classes;
  return data;
}

void put_image(Dataset& data, Index sample, Bytes pixels, std::uint8_t label) {
  static const std::array<float, 256> shares = make_shares();
  float* row = data.inputs.view().row(sample);
  std::transform(pixels.begin(), pixels.end(), row, [](std::uint8_t byte) { return shares[byte]; });
  data.targets.values[static_cast<std::size_t>(sample)] = label;
}

Index samples_taken(const Spec& spec, Index held) {
  const Index wanted = spec.data.samples;
  if (wanted > held)
    throw BadInput("data.samples", "more samples than data.set `" + spec.data.set + "` holds", std::to_string(wanted),
                   "take at most " + std::to_string(held) + ", or 0 for all");
  return wanted > 0 ? wanted : held;
}

}  // namespace gradclinic
