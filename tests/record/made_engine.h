#pragma once

#include "gradclinic/record/run.h"

namespace gradclinic {

/// An engine for other kinds, for tests: records the mlp of the same depth and width, trained natively, under the
/// spec's own name.
inline Outcome train_as_mlp(const Spec& spec, const Split& data, Generator& generator, Recorder& recorder,
                            const std::atomic<bool>* stop) {
  class Renamed : public Recorder {
   public:
    Renamed(Recorder& to, const Spec& spec) : to_(to), spec_(spec) {}
    void begin(const Record&) override { to_.begin(describe_run(spec_)); }
    void open_table(const std::string& table, const std::vector<Column>& columns) override {
      to_.open_table(table, columns);
    }
    void append(const std::string& table, std::int64_t step, const float* values) override {
      to_.append(table, step, values);
    }
    void add_event(const Event& event) override { to_.add_event(event); }
    void finish(const Outcome& outcome) override { to_.finish(outcome); }

   private:
    Recorder& to_;
    const Spec& spec_;
  };
  Spec native = spec;
  native.model = {.depth = spec.model.depth,
                  .width = spec.model.width,
                  .activation = spec.model.kind == "rnn" ? "tanh" : spec.model.activation,
                  .init = spec.model.init,
                  .init_gain = spec.model.init_gain,
                  .norm = spec.model.norm,
                  .dropout = spec.model.dropout};
  Renamed renamed(recorder, spec);
  return run(native, data, generator, renamed, stop);
}

}  // namespace gradclinic
