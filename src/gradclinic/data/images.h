#pragma once

#include <span>
#include <string>

#include "gradclinic/data/dataset.h"
#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

/// Room for `samples` images of `pixels` bytes with labels 0 to classes - 1.
Dataset image_dataset(Index samples, Index pixels, Index classes);

/// Puts an image into row `sample` of `data`, pixels divided by 255.
void put_image(Dataset& data, Index sample, Bytes pixels, std::uint8_t label);

/// How many samples a spec takes of the `held` ones: data.samples, or all for 0. Throws BadInput when there are fewer.
Index samples_taken(const Spec& spec, Index held);

}  // namespace gradclinic
