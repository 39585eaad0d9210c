#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradclinic/support/zip.h"

namespace gradclinic {

/// A NumPy .npz archive in the making: numpy.load(path)[name] gives each array back, without allow_pickle.
/// Format: NEP 1 (.npy version 1.0). Throws StoreError as ZipWriter does.
class NpzWriter {
 public:
  /// int64, one dimension.
  void add(const std::string& name, std::span<const std::int64_t> values);
  /// float32, rows x columns, row after row; values.size() is rows * columns.
  void add(const std::string& name, std::span<const float> values, std::size_t rows, std::size_t columns);
  /// Unicode, one dimension. UTF-8 in; a byte that is not part of valid UTF-8 becomes U+FFFD.
  void add(const std::string& name, const std::vector<std::string>& texts);
  /// Unicode, no dimension.
  void add(const std::string& name, const std::string& text);

  /// Throws StoreError when the file cannot be written. Last call.
  void write(const std::string& path);

 private:
  void add_array(const std::string& name, const std::string& type, const std::string& shape, std::string_view data);
  void add_texts(const std::string& name, std::span<const std::string> texts, const std::string& shape);

  ZipWriter zip_;
};

}  // namespace gradclinic
