#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradclinic/record/record.h"

namespace gradclinic {

/// A sink that keeps a whole run: in memory, or in a store. One object per run; not shared by threads.
class Recorder : public Sink {
 public:
  /// Once, before anything else: name, seed, spec, machine, versions, started.
  virtual void begin(const Record& header) = 0;
  /// Once, after the last step; after it everything is kept.
  virtual void finish(const Outcome& outcome) = 0;
};

/// Keeps everything in a Record.
class MemoryRecorder : public Recorder {
 public:
  void begin(const Record& header) override { record_ = header; }
  void open_table(const std::string& table, const std::vector<Column>& columns) override {
    record_.tables[table].columns = columns;
  }
  void append(const std::string& table, std::int64_t step, const float* values) override {
    Table& into = record_.tables[table];
    into.steps.push_back(step);
    into.values.insert(into.values.end(), values, values + into.columns.size());
  }
  void add_event(const Event& event) override { record_.events.push_back(event); }
  void finish(const Outcome& outcome) override { record_.outcome = outcome; }

  const Record& record() const { return record_; }
  Record take() { return std::move(record_); }

 protected:
  Table& table_of(const std::string& name) { return record_.tables[name]; }

 private:
  Record record_;
};

}  // namespace gradclinic
