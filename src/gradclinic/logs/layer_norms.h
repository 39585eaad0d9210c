#pragma once

#include <string>
#include <vector>

#include "gradclinic/logs/log_series.h"

namespace gradclinic {

struct NamedSeries {
  int layer = 0;
  const Series* series = nullptr;
};

/// One quantity's series side by side: a row for each step that any of them has, NaN where one has no value.
Table table_of_layers(const std::string& quantity, const std::vector<NamedSeries>& series);

/// Gradient norms by layer.
struct LayerNorms {
  std::vector<std::string> layers;     ///< names: "encoder.0"
  std::vector<const TagSeries*> tags;  ///< that were read, a layer each
  Table table;                         ///< "weight_grad.l2" of layers 1, 2, ...
};

/// Of a layer with several parameters its weight counts, or the first one that appears.
LayerNorms layer_norms_of(const std::vector<TagSeries>& tags);

}  // namespace gradclinic
