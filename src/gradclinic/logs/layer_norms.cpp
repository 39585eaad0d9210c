#include "gradclinic/logs/layer_norms.h"

#include <algorithm>
#include <limits>
#include <map>

#include "gradclinic/logs/natural_order.h"

namespace gradclinic {
namespace {

struct Layer {
  std::string name;
  const TagSeries* tag = nullptr;
};

bool is_weight(const std::string& parameter) {
  return parameter.ends_with("weight") || parameter.ends_with("kernel") || parameter.ends_with("kernel:0");
}

}  // namespace

Table table_of_layers(const std::string& quantity, const std::vector<NamedSeries>& series) {
  Table table;
  std::map<std::int64_t, std::vector<float>> rows;
  const std::vector<float> empty(series.size(), std::numeric_limits<float>::quiet_NaN());
  for (std::size_t i = 0; i < series.size(); ++i) {
    table.columns.push_back({quantity, series[i].layer});
    for (std::size_t row = 0; row < series[i].series->steps.size(); ++row)
      rows.try_emplace(series[i].series->steps[row], empty).first->second[i] = series[i].series->values[row];
  }
  for (const auto& [step, values] : rows) {
    table.steps.push_back(step);
    table.values.insert(table.values.end(), values.begin(), values.end());
  }
  return table;
}

LayerNorms layer_norms_of(const std::vector<TagSeries>& tags) {
  std::vector<Layer> layers;
  for (const TagSeries& tag : tags) {
    if (tag.meaning.what != LoggedAs::layer_gradient_norm) continue;
    const std::string name = layer_of(tag.meaning.layer);
    const auto found = std::ranges::find(layers, name, &Layer::name);
    if (found == layers.end())
      layers.push_back({name, &tag});
    else if (is_weight(tag.meaning.layer) && !is_weight(found->tag->meaning.layer))
      found->tag = &tag;
  }
  // A logger that sorts names as texts puts layer 10 before layer 2.
  if (std::ranges::is_sorted(layers, {}, &Layer::name)) std::ranges::sort(layers, natural_less, &Layer::name);
  LayerNorms norms;
  std::vector<NamedSeries> series;
  for (const Layer& layer : layers) {
    norms.layers.push_back(layer.name);
    norms.tags.push_back(layer.tag);
    series.push_back({static_cast<int>(norms.layers.size()), &layer.tag->series});
  }
  norms.table = table_of_layers("weight_grad.l2", series);
  return norms;
}

}  // namespace gradclinic
