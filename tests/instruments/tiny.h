#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "gradclinic/instruments/sink.h"
#include "gradclinic/net/loss.h"
#include "gradclinic/train/observer.h"

namespace gradclinic {

/// A network on random data with all that a probe needs, outside of any training loop.
struct Tiny {
  static Spec spec_of(int depth, int width, const std::string& activation) {
    Spec spec;
    spec.model.depth = depth;
    spec.model.width = width;
    spec.model.activation = activation;
    spec.model.init = "lecun_normal";
    return spec;
  }

  Tiny(const Spec& of, Index features, Index outputs, Index batch) : spec(of), generator(of.seed) {
    data.training.inputs = Tensor<float>(batch, features);
    data.training.targets = Tensor<float>(batch, outputs);
    inputs = Tensor<float>(features, batch);
    targets = Tensor<float>(outputs, batch);
    generator.normal(inputs.view().flat());
    generator.normal(targets.view().flat());
    network = std::make_unique<Network<float>>(spec.model, features, outputs, batch, generator);
    // Biases away from 0, so that nothing is symmetric by accident.
    for (const Parameter<float>& parameter : network->parameters())
      if (parameter.name == "bias") generator.normal(parameter.value.flat(), 0.0F, 0.3F);
    training = std::make_unique<Training>(Training{spec, data, find_loss("mse"), *network, 1, batch});
    summary.inputs = inputs.view();
    summary.targets = targets.view();
  }

  Spec spec;
  Generator generator;
  Split data;
  Tensor<float> inputs;
  Tensor<float> targets;
  std::unique_ptr<Network<float>> network;
  std::unique_ptr<Training> training;
  StepSummary summary;
};

/// Keeps what a watch sends.
class Rows : public Sink {
 public:
  struct Row {
    std::int64_t step = 0;
    std::vector<float> values;
  };

  void open_table(const std::string& table, const std::vector<Column>& columns) override {
    EXPECT_FALSE(columns_.contains(table)) << table << " opened twice";
    columns_[table] = columns;
  }
  void append(const std::string& table, std::int64_t step, const float* values) override {
    rows_[table].push_back({step, {values, values + columns_.at(table).size()}});
  }
  void add_event(const Event& event) override { events.push_back(event); }

  bool has_table(const std::string& table) const { return columns_.contains(table); }
  const std::vector<Column>& columns(const std::string& table) const { return columns_.at(table); }
  std::vector<std::int64_t> steps(const std::string& table) const {
    std::vector<std::int64_t> steps;
    if (rows_.contains(table))
      for (const Row& row : rows_.at(table)) steps.push_back(row.step);
    return steps;
  }
  /// Throws std::out_of_range when there is no such row or column.
  float at(const std::string& table, std::size_t row, const std::string& quantity, int layer = 0) const {
    const auto& columns = columns_.at(table);
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (columns[i] == Column{quantity, layer}) return rows_.at(table).at(row).values.at(i);
    throw std::out_of_range("no column " + quantity + " of layer " + std::to_string(layer));
  }

  std::vector<Event> events;

 private:
  std::map<std::string, std::vector<Column>> columns_;
  std::map<std::string, std::vector<Row>> rows_;
};

}  // namespace gradclinic
