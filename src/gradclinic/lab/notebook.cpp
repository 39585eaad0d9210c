#include "gradclinic/lab/notebook.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <thread>

#include "gradclinic/net/network.h"
#include "gradclinic/record/run.h"
#include "gradclinic/support/parallel.h"
#include "gradclinic/train/work.h"

namespace gradclinic {
namespace {

constexpr std::uint64_t kSeed = 42;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Printed = std::map<std::string, std::vector<double>>;

// Layers 1 to 5, 9 and 10 of ten: what the notebook prints of its gradient norms.
const std::vector<int> kPrintedLayers = {1, 2, 3, 4, 5, 9, 10};
const Printed kPrintedNorms = {
    {"sigmoid", {7.133195e-09, 3.749715e-08, 2.048617e-07, 1.463887e-06, 1.035517e-05, 3.095866e-02, 2.508974e-01}},
    {"tanh", {2.355444e-03, 5.402362e-03, 6.261560e-03, 8.474516e-03, 1.316472e-02, 9.305922e-02, 1.687764e-01}},
    {"relu", {1.713301e-04, 4.312312e-04, 3.712501e-04, 5.355752e-04, 9.506661e-04, 3.033134e-02, 6.214748e-02}}};

Split toy_data(Generator& generator, Index samples) {
  constexpr Index kFeatures = 10;
  Split data;
  data.training.inputs = Tensor<float>(samples, kFeatures);
  data.training.targets = Tensor<float>(samples, 1);
  generator.normal(data.training.inputs.values);
  generator.normal(data.training.targets.values);
  return data;
}

Spec network(std::int64_t depth, const std::string& activation, std::int64_t steps) {
  Spec spec;
  spec.seed = kSeed;
  spec.name = "notebook, " + activation;
  spec.data.set = "noise";
  spec.model.depth = depth;
  spec.model.activation = activation;
  spec.train.steps = steps;
  spec.watch.surveys = 0;  // they are for the doctor, who is not asked here
  return spec;
}

Record record_of(const Spec& spec, const Split& data, Generator& generator) {
  MemoryRecorder recorder;
  run(spec, data, generator, recorder);
  return recorder.take();
}

Curve curve_of(const std::string& label, const std::vector<double>& x, const std::vector<double>& values) {
  return {.label = label, .x = x, .median = values, .low = values, .high = values};
}

Curve over_steps(const std::string& label, const Series& series) {
  return curve_of(label, {series.steps.begin(), series.steps.end()}, {series.values.begin(), series.values.end()});
}

Figure plot(const std::string& id, const std::string& title, const std::string& kind, const std::string& quantity) {
  return {.id = id,
          .title = title,
          .kind = kind,
          .quantity = quantity,
          .x_label = kind == "by-layer" ? "layer" : "epoch",
          .y_label = quantity,
          .log_y = true,
          .seeds = 1};
}

/// A training of the notebook: where its models leave the generator, and what came of it.
struct Run {
  Spec spec;
  const Split* data;
  Generator generator;
  Record record = {};
};

/// The notebook in the making: one generator for all its models, as PyTorch's global one. Full-batch training draws
/// nothing from it, so each training can start where the models before it leave the generator, side by side.
class Notebook {
 public:
  NotebookResult run() {
    small_data_ = toy_data(generator_, 100);
    const std::function<void()> first = gradient_norms();
    generator_ = Generator(kSeed);
    data_ = toy_data(generator_, 500);
    const std::vector<std::function<void()>> others = {activations(), initializations(), batch_normalization(),
                                                       gradient_clipping()};
    train();
    first();
    for (const std::function<void()>& finish : others) finish();
    return std::move(result_);
  }

 private:
  // Each section plans its trainings and returns what is left to do once they are done.

  std::function<void()> gradient_norms() {
    std::map<std::string, const Run*> runs;
    for (const std::string activation : {"sigmoid", "tanh", "relu"})
      runs[activation] = &plan(network(10, activation, 1), small_data_);
    return [this, runs] { report_gradient_norms(runs); };
  }

  void report_gradient_norms(const std::map<std::string, const Run*>& runs) {
    ExperimentResult& section = add("1-gradient-norms", "1. Gradient norms across layers",
                                    "Ten layers of width 50 on 100 samples of noise, one backward pass.");
    Figure figure = plot("gradient-norms", "Gradient norms across layers (10 layers)", "by-layer", "weight_grad.l2");
    for (const std::string activation : {"sigmoid", "tanh", "relu"}) {
      const Record& record = runs.at(activation)->record;
      std::vector<double> layers;
      std::vector<double> norms;
      for (const int layer : record.layers("weight_grad.l2")) {
        layers.push_back(layer);
        norms.push_back(record.series("weight_grad.l2", layer).values.front());
      }
      for (std::size_t i = 0; i < kPrintedLayers.size(); ++i)
        note(section, activation + ", layer " + std::to_string(kPrintedLayers[i]), kPrintedNorms.at(activation)[i],
             norms[kPrintedLayers[i] - 1]);
      figure.curves.push_back(curve_of(activation, layers, norms));
    }
    section.figures.push_back(figure);
  }

  std::function<void()> activations() {
    return comparison("2-activations", "2. Activation functions",
                      "Six layers on 500 samples, SGD at 0.01, 200 epochs of the full batch.",
                      plot("activations", "Training dynamics: activation functions", "by-step", "loss"),
                      {{"sigmoid", network(6, "sigmoid", 200), 0.986525},
                       {"tanh", network(6, "tanh", 200), 0.981035},
                       {"relu", network(6, "relu", 200), 0.985931}});
  }

  std::function<void()> initializations() {
    const auto initialized = [](const std::string& initializer) {
      Spec spec = network(8, "relu", 200);
      spec.model.init = initializer;
      return spec;
    };
    return comparison("3-initializations", "3. Initialization",
                      "Eight ReLU layers, zero biases; otherwise as section 2.",
                      plot("initializations", "Initialization (ReLU)", "by-step", "loss"),
                      {{"small", initialized("normal"), 0.986525},
                       {"xavier", initialized("xavier_uniform"), 0.969864},
                       {"he", initialized("he_uniform"), 0.562606}});
  }

  std::function<void()> batch_normalization() {
    Spec normalized = network(10, "relu", 200);
    normalized.model.norm = "batch";
    return comparison(
        "4-batch-normalization", "4. Batch normalization", "Ten ReLU layers, as section 2.",
        plot("batch-normalization", "Effect of batch normalization (10 layers)", "by-step", "loss"),
        {{"without batch norm", network(10, "relu", 200), 0.986522}, {"with batch norm", normalized, 0.000789}});
  }

  /// One curve of a section, and the final loss that the notebook prints for it.
  struct Arm {
    std::string label;
    Spec spec;
    double printed = kUnknown;
    const Run* run = nullptr;
  };

  /// Plans the arms' trainings, and plots their losses in one figure.
  std::function<void()> comparison(const std::string& id, const std::string& title, const std::string& setup,
                                   const Figure& empty, std::vector<Arm> arms) {
    for (Arm& arm : arms) arm.run = &plan(arm.spec, data_);
    return [=, this] {
      ExperimentResult& section = add(id, title, setup);
      Figure figure = empty;
      for (const Arm& arm : arms) report_loss(section, figure, arm);
      section.figures.push_back(figure);
    };
  }

  std::function<void()> gradient_clipping() {
    std::vector<Arm> arms;
    for (const double clip : {0.0, 1.0}) {
      Spec spec = network(8, "relu", 100);
      spec.train.lr = 0.1;
      spec.train.clip_norm = clip;
      arms.push_back({.label = clip > 0 ? "clipped at 1.0" : "no clipping", .spec = spec});
      arms.back().run = &plan(spec, data_);
    }
    return [this, arms] { report_clipping(arms); };
  }

  void report_clipping(const std::vector<Arm>& arms) {
    ExperimentResult& section = add("5-gradient-clipping", "5. Gradient clipping",
                                    "Eight ReLU layers, learning rate 0.1, 100 epochs, clipped at norm 1.0 or not.");
    Figure losses = plot("clipping-loss", "Training loss", "by-step", "loss");
    Figure norms = plot("clipping-norm", "Gradient norm before clipping", "by-step", "gradient_norm");
    for (const Arm& arm : arms) {
      report_loss(section, losses, arm);
      const Series series = arm.run->record.series("gradient_norm");
      norms.curves.push_back(over_steps(arm.label, series));
      constexpr std::size_t kEvery = 10;
      for (std::size_t i = 0; i < series.values.size(); i += kEvery)
        note(section, arm.label + ", gradient norm, epoch " + std::to_string(i), kUnknown, series.values[i]);
    }
    section.figures.push_back(losses);
    section.figures.push_back(norms);
  }

  /// A training whose weights come next from the generator.
  const Run& plan(const Spec& spec, const Split& data) {
    runs_.push_back({spec, &data, generator_});
    [[maybe_unused]] const Network<float> drawn(spec.model, data.training.features(), 1, data.training.samples(),
                                                generator_);
    return runs_.back();
  }

  /// All that was planned, the long ones first, so that no core is left with one at the end.
  void train() {
    std::vector<Run*> order;
    for (Run& run : runs_) order.push_back(&run);
    std::ranges::stable_sort(order, std::greater(), [](const Run* run) { return estimated_work(run->spec); });
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    in_parallel(order.size(), cores, [&](std::size_t i) {
      Run& run = *order[i];
      run.record = record_of(run.spec, *run.data, run.generator);
    });
  }

  void report_loss(ExperimentResult& section, Figure& figure, const Arm& arm) {
    const Record& record = arm.run->record;
    const double loss = record.outcome.final_loss;
    figure.curves.push_back(over_steps(arm.label, record.series("loss")));
    note(section, arm.label + ", final loss", arm.printed, loss);
    section.groups.push_back(
        {.label = arm.label,
         .factors = {},
         .seeds = 1,
         .diverged = record.outcome.status == "diverged" ? 1 : 0,
         .final_loss = loss,
         .final_loss_low = loss,
         .final_loss_high = loss,
         .microseconds_per_step = 1e6 * record.outcome.seconds / static_cast<double>(record.outcome.steps)});
    result_.results.seconds += record.outcome.seconds;
    ++result_.results.runs;
    ++section.runs;
  }

  ExperimentResult& add(const std::string& id, const std::string& title, const std::string& setup) {
    ExperimentResult section;
    section.id = id;
    section.title = title;
    section.question = "What does the course notebook print here?";
    section.setup = setup + " Seed 42, one run: for conclusions that are tested over many seeds, run the lab.";
    section.seeds = 1;
    result_.results.experiments.push_back(section);
    return result_.results.experiments.back();
  }

  void note(const ExperimentResult& section, const std::string& label, double printed, double here) {
    result_.lines.push_back({section.title, label, printed, here});
  }

  Generator generator_{kSeed};
  Split small_data_;
  Split data_;
  std::deque<Run> runs_;
  NotebookResult result_;
};

}  // namespace

NotebookResult run_notebook() {
  NotebookResult result = Notebook().run();
  const Record header = describe_run(network(10, "relu", 1));
  result.results.started = header.started;
  result.results.machine = header.machine;
  result.results.versions = header.versions;
  return result;
}

}  // namespace gradclinic
