// What Python sees of the core. Tensors come as addresses; whoever calls keeps them alive for the call.
#include <pybind11/functional.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "gradclinic/instruments/gauge.h"
#include "gradclinic/net/loss.h"
#include "gradclinic/report/outside_fixes.h"
#include "gradclinic/report/outside_run.h"
#include "gradclinic/support/error.h"
#include "tensor_calls.h"

namespace py = pybind11;

namespace gradclinic::python {
namespace {

using Address = std::uintptr_t;

const float* floats(Address address) { return reinterpret_cast<const float*>(address); }

Dataset dataset(Address inputs, Index samples, Index features, Address targets, Index outputs, bool classifies) {
  Dataset data;
  data.inputs = Tensor<float>(samples, features);
  std::copy_n(floats(inputs), samples * features, data.inputs.values.begin());
  data.targets = Tensor<float>(samples, outputs);
  std::copy_n(floats(targets), samples * outputs, data.targets.values.begin());
  data.task = classifies ? Task::classification : Task::regression;
  if (classifies && samples > 0)
    data.classes = static_cast<Index>(*std::max_element(data.targets.values.begin(), data.targets.values.end())) + 1;
  return data;
}

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

using FactsByName = std::map<std::string, double>;

void set(DataFacts& facts, const FactsByName& values) {
  for (const NamedFact& fact : data_fact_names())
    if (const auto given = values.find(fact.name); given != values.end()) facts.*fact.value = given->second;
}

/// Facts of a sample of the data: `samples` inputs and `rows` of targets, which go with them where they are as many;
/// without features of targets only. `samples_seen`: how many the training has, as far as is known. `scale`: what the
/// training's loss is of the mean over the batch. `variance`: of the targets around `targets`, where the loss compares
/// every output of a batch with every target of it, so that no more than their mean is known; NaN where they are the
/// targets. `more`: facts by name that are none of the data alone.
void describe_data(OutsideRun& run, const std::string& loss_name, Address inputs, Index samples, Index features,
                   Address targets, Index rows, Index outputs, double samples_seen, double held_out, double scale,
                   double variance, const FactsByName& more) {
  const Loss& loss = find_loss(loss_name);
  Split split;
  const bool paired = samples == rows;
  split.training = dataset(inputs, rows, paired ? features : 0, targets, outputs, loss.classifies);
  DataFacts facts = gradclinic::describe_data(split, loss);
  facts.samples = samples_seen;
  facts.held_out = held_out;
  facts.constant_loss *= scale;
  set(facts, more);
  if (!std::isnan(variance)) keep_only_moments(facts, variance);
  if (features == 0)
    forget_inputs(facts);
  else if (!paired)
    replace_inputs(facts, dataset(inputs, samples, features, inputs, 0, false).inputs);
  run.watch().describe_data(facts);
}

/// Of a loss that is not understood: nothing is known but the inputs and what it began with, which becomes its unit.
void describe_unknown(OutsideRun& run, double first_loss, Address inputs, Index samples, Index features,
                      double samples_seen, double held_out, const FactsByName& more) {
  DataFacts facts;
  for (const NamedFact& fact : data_fact_names()) facts.*fact.value = kNaN;
  facts.samples = samples_seen;
  facts.held_out = held_out;
  facts.constant_loss = first_loss;
  if (features > 0) replace_inputs(facts, dataset(inputs, samples, features, inputs, 0, false).inputs);
  set(facts, more);
  run.watch().describe_data(facts);
}

/// Changes are (key, value) pairs in Python.
using Pairs = std::vector<std::pair<std::string, std::string>>;

template <typename Result>
std::function<Result(const std::vector<Change>&)> in_python(const std::function<Result(const Pairs&)>& asked) {
  return [asked](const std::vector<Change>& changes) {
    Pairs pairs;
    for (const Change& change : changes) pairs.emplace_back(change.key, change.value);
    return asked(pairs);
  };
}

}  // namespace

PYBIND11_MODULE(core, module) {
  module.doc() = "The compiled core of gradclinic: gauges, record, doctor and report.";
  py::register_exception<Error>(module, "Error", PyExc_ValueError);

  py::dict quantities;
  for (const Quantity quantity : all_quantities()) quantities[name_of(quantity)] = static_cast<int>(quantity);
  module.attr("QUANTITIES") = quantities;

  py::class_<OutsideLayer>(module, "Layer")
      .def(py::init([](std::string name, std::string activation, double inputs, double outputs) {
             return OutsideLayer{std::move(name), std::move(activation), inputs, outputs};
           }),
           py::arg("name"), py::arg("activation"), py::arg("inputs"), py::arg("outputs"));

  py::class_<OutsideRun>(module, "Run")
      .def(py::init<int>(), py::arg("modules"))
      .def("set_activation",
           [](OutsideRun& run, int of, const std::string& activation) { run.watch().set_activation(of, activation); })
      .def_property_readonly("address", [](OutsideRun& run) { return reinterpret_cast<Address>(&run); })
      .def("survey",
           [](OutsideRun& run, int of, Address address, Index outer, Index units, Index inner) {
             run.watch().survey(of, {floats(address), outer, units, inner});
           })
      .def("begin", &OutsideRun::begin)
      .def("end_step",
           [](OutsideRun& run, std::int64_t step, double loss, double accuracy, double lr, double gradient_norm,
              double clipped) {
             run.watch().end_step({step, loss, accuracy, lr, gradient_norm, clipped});
           })
      .def("take_survey", &OutsideRun::take_survey)
      .def("describe_data", &describe_data)
      .def("describe_unknown", &describe_unknown)
      .def("validation", [](OutsideRun& run, std::int64_t step, double loss,
                            double accuracy) { run.watch().validation(step, loss, accuracy); })
      .def("event",
           [](OutsideRun& run, std::int64_t step, const std::string& kind, int layer, const std::string& text) {
             run.add_event({step, kind, layer, text});
           })
      .def("interval", &OutsideRun::interval)
      .def("record", [](const OutsideRun& run, const std::string& spec, const std::string& status, std::int64_t steps,
                        double loss, double seconds) {
        return run.record(spec, {status, steps, loss, seconds});
      });

  py::class_<Record>(module, "Record")
      .def_property_readonly("loss", [](const Record& record) { return record.outcome.final_loss; })
      .def("followed_by", &followed_by);

  py::class_<Examined>(module, "Examined")
      .def(py::init([](const Record& record,
                       const std::optional<std::function<std::optional<Record>(const Pairs&)>>& retrain) {
             return Examined(record, retrain ? in_python(*retrain) : Retrain{});
           }),
           py::arg("record"), py::arg("retrain") = py::none())
      .def("text", &Examined::text, py::arg("colour") = false, py::arg("columns") = 100)
      .def("json", &Examined::json)
      .def("write_page", &Examined::write_page)
      .def("write_sarif", &Examined::write_sarif)
      .def("save", &Examined::save)
      .def("series", [](const Examined& examined, const std::string& quantity, int layer) {
        Series series = examined.record.series(quantity, layer);
        return std::pair(std::move(series.steps), std::move(series.values));
      });

  py::class_<TriedOutside>(module, "TriedFixes")
      .def(py::init([](const Examined& examined, const std::function<std::optional<Record>(const Pairs&)>& train,
                       const std::function<std::optional<Record>(const Pairs&)>& watch,
                       const std::function<bool(const Pairs&)>& follows, int seeds, bool anyway,
                       const std::function<void(std::size_t, std::size_t)>& progress) {
             TrialOptions options{.seeds = seeds, .anyway = anyway};
             options.on_progress = progress;
             return TriedOutside(examined, {in_python(train), in_python(watch), in_python(follows)}, options);
           }),
           py::arg("examined"), py::arg("train"), py::arg("watch"), py::arg("follows"), py::arg("seeds"),
           py::arg("anyway"), py::arg("progress"))
      .def("text", &TriedOutside::text)
      .def("json", &TriedOutside::json);

  add_tensor_calls(module);
}

}  // namespace gradclinic::python
