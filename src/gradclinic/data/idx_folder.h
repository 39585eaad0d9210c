#pragma once

#include <string>

#include "gradclinic/data/dataset.h"

namespace gradclinic {

/// Whether `folder` holds MNIST's training images in IDX format: train-images-idx3-ubyte, or with `.idx3`, or .gz.
bool has_idx_images(const std::string& folder);

/// Reads the official training images and labels (classes 0 to 9) of MNIST or a set of its format; the official test
/// files are never read: `data.validation` holds out a part of the training images. Throws BadInput.
Dataset load_idx_folder(const Spec& spec, const std::string& folder);

}  // namespace gradclinic
