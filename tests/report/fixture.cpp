#include "fixture.h"

#include <cmath>
#include <limits>

namespace gradclinic::testing {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Curve curve(const std::string& label, int points, double (*value)(double), double spread, double first = 1) {
  Curve made{.label = label, .x = {}, .median = {}, .low = {}, .high = {}};
  for (int i = 0; i < points; ++i) {
    const double x = first + i;
    const double wobble = 1 + 0.02 * std::sin(2.3 * i);
    made.x.push_back(x);
    made.median.push_back(value(x) * wobble);
    made.low.push_back(value(x) * wobble / spread);
    made.high.push_back(value(x) * wobble * spread);
  }
  return made;
}

Curve listed(const std::string& label, std::vector<double> x, std::vector<double> median, double spread) {
  Curve made{.label = label, .x = std::move(x), .median = std::move(median), .low = {}, .high = {}};
  for (double value : made.median) {
    made.low.push_back(value / spread);
    made.high.push_back(value * spread);
  }
  return made;
}

std::vector<double> counted(int points) {
  std::vector<double> x;
  for (int i = 0; i < points; ++i) x.push_back(i);
  return x;
}

Figure lines(const std::string& id, const std::string& title, const std::string& kind, const std::string& quantity,
             const std::string& x_label, std::vector<Curve> curves, bool log_x = false) {
  return {.id = id,
          .title = title,
          .kind = kind,
          .quantity = quantity,
          .x_label = x_label,
          .y_label = quantity,
          .log_x = log_x,
          .log_y = true,
          .x_names = {},
          .y_names = {},
          .curves = std::move(curves),
          .cells = {},
          .seeds = 20,
          .note = ""};
}

ClaimResult claim(const std::string& id, const std::string& says, Verdict verdict, double effect, double low,
                  double high, const std::string& reason) {
  return {.id = id,
          .says = says,
          .source = "course notebook",
          .measure = "weight_grad.l2 first/last",
          .comparison = "left / right, paired by seed",
          .verdict = verdict,
          .effect = effect,
          .effect_unit = "ratio",
          .low = low,
          .high = high,
          .pairs = 20,
          .p = 1.9e-6,
          .p_holm = 7.6e-5,
          .reason = reason};
}

GroupResult group(const std::string& label, double loss, double spread, int diverged = 0) {
  return {.label = label,
          .factors = {{"model.activation", label}},
          .seeds = 20,
          .diverged = diverged,
          .diagnoses = {{"healthy", 20 - diverged}, {"learning-rate-too-high", diverged}},
          .final_loss = loss,
          .final_loss_low = loss / spread,
          .final_loss_high = loss * spread,
          .microseconds_per_step = 412.5};
}

ExperimentResult gradient_flow() {
  return {
      .id = "gradient-flow",
      .title = "Gradient norms across layers",
      .question = "Does the gradient reach the first layers of a ten-layer network, and with which activation?",
      .setup =
          "Noise data, 100 samples of 10 features; 10 layers of width 50, PyTorch's default initialization; one "
          "backward pass of the mean squared error; sigmoid, tanh and relu; 20 seeds.",
      .notes = "The same seeds serve all three activations.",
      .seeds = 20,
      .figures = {lines("weight-gradients", "Weight gradients from the first layer to the last", "by-layer",
                        "weight gradient, L2 norm", "layer",
                        {curve(
                             "sigmoid", 10, [](double x) { return 7.1e-9 * std::pow(6.9, x - 1); }, 1.6),
                         curve(
                             "tanh", 10, [](double x) { return 2.4e-3 * std::pow(1.6, x - 1); }, 1.3),
                         curve(
                             "relu", 10, [](double x) { return 1.7e-4 * std::pow(1.93, x - 1); }, 2.1)}),
                  lines("activation-gradients", "Gradients of the pre-activations", "by-layer",
                        "pre-activation gradient, L2 norm", "layer",
                        {curve(
                             "sigmoid", 10, [](double x) { return 2e-10 * std::pow(7.2, x - 1); }, 1.5),
                         curve(
                             "tanh", 10, [](double x) { return 8e-4 * std::pow(1.7, x - 1); }, 1.2),
                         curve(
                             "relu", 10, [](double x) { return 5e-5 * std::pow(2.4, x - 1); }, 1.9)})},
      .claims = {claim("vanishing", "Sigmoid/Tanh show vanishing gradients in early layers", Verdict::supported, 8.6e-9,
                       5.9e-9, 1.3e-8, "The first layer's gradient is a hundred-millionth of the last layer's."),
                 claim("relu-flows-better-than-tanh", "ReLU maintains better gradient flow than tanh", Verdict::refuted,
                       0.13, 0.09, 0.19, "In 20 of 20 seeds the ratio first/last is smaller with ReLU than with tanh."),
                 claim("relu-flows-better-than-sigmoid", "ReLU maintains better gradient flow than sigmoid",
                       Verdict::supported, 4.1e5, 2.6e5, 6.2e5, "In all seeds far more gradient arrives with ReLU.")},
      .groups = {group("sigmoid", 0.9865, 1.02), group("tanh", 0.981, 1.03), group("relu", 0.9859, 1.02)},
      .seconds = 0.41,
      .runs = 60};
}

ExperimentResult clipping() {
  Curve diverges = curve(
      "learning rate 1.5, no clipping", 100, [](double x) { return std::exp(0.3 * x); }, 1.8, 0);
  for (std::size_t i = 42; i < 100; ++i) {
    diverges.median[i] = i == 42 ? kInfinity : kNan;
    diverges.low[i] = 1e5;
    diverges.high[i] = kInfinity;
  }
  ClaimResult nothing =
      claim("clipping-stabilizes", "Gradient clipping prevents explosions and stabilizes training", Verdict::vacuous, 1,
            1, 1, "The largest gradient norm is 0.3 and the threshold 1.0: clipping never acted.");
  nothing.p = nothing.p_holm = 1;
  ClaimResult stays = claim("clipping-stays-finite", "With clipping the loss stays finite where it diverges without",
                            Verdict::supported, 0, 0, 0, "All 20 seeds diverge without clipping, none with it.");
  return {.id = "clipping-real",
          .title = "Gradient clipping where gradients explode",
          .question = "Does clipping by the global norm rescue a training that explodes?",
          .setup = "Teacher data; 8 layers relu, He initialization times 2; SGD at 1.5 for 100 steps; clip norm 1.",
          .notes = "",
          .seeds = 20,
          .figures = {lines("loss", "Training loss", "by-step", "loss", "step",
                            {diverges, curve(
                                           "learning rate 1.5, clipped at norm 1", 100,
                                           [](double x) { return 0.02 + std::exp(-0.08 * x); }, 1.5, 0)})},
          .claims = {nothing, stays},
          .groups = {group("no clipping", kInfinity, 1, 20), group("clipped at norm 1", 0.021, 1.4)},
          .seconds = 2.2,
          .runs = 40};
}

ExperimentResult activations() {
  std::vector<Curve> curves;
  const std::vector<std::string> names = {"sigmoid", "tanh", "relu", "leaky_relu", "elu",
                                          "selu",    "gelu", "silu", "softplus",   "identity"};
  for (std::size_t k = 0; k < names.size(); ++k) {
    Curve made = curve(
        names[k], 200, [](double x) { return 0.55 + 0.5 * std::exp(-x / 80); }, 1.05, 0);
    for (std::vector<double>* part : {&made.median, &made.low, &made.high})
      for (double& value : *part) value *= 1 - 0.07 * static_cast<double>(k);
    curves.push_back(made);
  }
  Figure final_loss =
      lines("final", "Final loss by activation and initialization", "by-factor", "final loss", "activation",
            {listed("initialization: He uniform", counted(10),
                    {0.99, 0.57, 0.56, 0.55, 0.5, 0.48, 0.61, 0.64, kInfinity, 0.91}, 1.12),
             listed("initialization: Xavier uniform", counted(10),
                    {0.98, 0.9, 0.97, 0.96, 0.82, 0.7, 0.95, 0.97, 0.98, kNan}, 1.05)});
  final_loss.x_names = names;
  return {
      .id = "activations",
      .title = "Activation functions compared",
      .question = "Which activation learns fastest in a six-layer network, everything else being equal?",
      .setup = "Noise data, 500 samples; 6 layers of width 50; SGD at 0.01 for 200 epochs, full batch; 20 seeds.",
      .notes = "",
      .seeds = 20,
      .figures = {lines("loss", "Training loss by activation", "by-step", "loss", "epoch", curves), final_loss},
      .claims = {claim("relu-fastest", "ReLU reaches a lower loss than sigmoid in the same number of epochs",
                       Verdict::inconclusive, 0.998, 0.991, 1.004,
                       "In 12 of 20 seeds ReLU is lower; chance does that."),
                 claim("markup", "A claim with <b>markup</b>, a | bar, `code` and </script><script>alert(1)</script>",
                       Verdict::inconclusive, kNan, kNan, kNan, "No pair could be compared.")},
      .groups = {group("sigmoid", 0.9865, 1.02), group("softplus", kInfinity, 1, 11), group("selu", 0.48, 1.12)},
      .seconds = 3.7,
      .runs = 200};
}

ExperimentResult depth() {
  const std::vector<double> depths = {5, 10, 20, 40, 60, 80, 100};
  return {.id = "depth",
          .title = "How deep can it go",
          .question = "Up to which depth does each fix keep a network trainable?",
          .setup = "Teacher data; width 50, relu; depth 5 to 100 with and without each fix; 20 seeds.",
          .notes = "Batch norm at depth 100 diverges in 3 of 20 seeds.",
          .seeds = 20,
          .figures = {lines("final-loss", "Final loss over depth", "by-factor", "final loss", "depth",
                            {listed("no fix", depths, {0.11, 0.42, 0.96, 0.98, 0.98, 0.98, 0.98}, 1.2),
                             listed("He initialization", depths, {0.05, 0.06, 0.09, 0.31, 0.7, 0.9, 0.97}, 1.4),
                             listed("batch norm", depths, {0.03, 0.02, 0.03, 0.2, 0.8, 3.4, 60}, 1.7),
                             listed("residual connections with layer norm before every block, He initialization",
                                    depths, {0.04, 0.03, 0.02, 0.02, 0.018, 0.016, 0.017}, 1.3)},
                            true)},
          .claims = {claim("batchnorm-stabilizes", "BatchNorm significantly stabilizes deep network training",
                           Verdict::supported, 0.021, 0.016, 0.03, "At depth 20 the final loss falls fifty-fold.")},
          .groups = {group("no fix, depth 20", 0.96, 1.01), group("batch norm, depth 20", 0.03, 1.7)},
          .seconds = 31,
          .runs = 560};
}

ExperimentResult learning_rates() {
  Figure map{.id = "map",
             .title = "Final loss over learning rate and initialization",
             .kind = "heatmap",
             .quantity = "final loss",
             .x_label = "learning rate",
             .y_label = "initialization",
             .log_x = true,
             .log_y = true,
             .x_names = {"0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3"},
             .y_names = {"normal 0.01", "torch", "xavier_uniform", "he_uniform", "orthogonal", "lsuv"},
             .curves = {},
             .cells = {},
             .seeds = 20,
             .note =
                 "Seeds that diverge count as infinite; a cell is infinite where most seeds diverge, and nothing was "
                 "run at learning rate 3 for the two weakest initializations."};
  for (int y = 0; y < 6; ++y) {
    std::vector<double> row;
    for (int x = 0; x < 8; ++x) {
      const double loss = 0.98 * std::pow(10, -0.12 * y * x / (1 + 0.1 * y));
      row.push_back(x + y > 10 ? kInfinity : x == 7 && y < 2 ? kNan : loss);
    }
    map.cells.push_back(row);
  }
  ClaimResult widens = claim("he-widens", "He initialization works at more than 2 learning rates", Verdict::supported,
                             5, 4, 6, "It trains at 5 of 8 learning rates.");
  widens.effect_unit = "value";
  widens.threshold = 2;
  return {.id = "learning-rate",
          .title = "Learning rate, initialization, normalization",
          .question = "Does a better initialization widen the range of learning rates that work?",
          .setup = "Noise data; 8 layers relu; 8 learning rates x 6 initializations; 20 seeds.",
          .notes = "",
          .seeds = 20,
          .figures = {map},
          .claims = {widens},
          .groups = {},
          .seconds = 12,
          .runs = 960};
}

TreatmentResult treatment(const std::string& pathology, const std::string& fix, const std::string& experiment,
                          const std::string& patient, Verdict verdict, double effect, double low, double high) {
  return {.experiment = experiment,
          .pathology = pathology,
          .fix = fix,
          .patient = patient,
          .outcome = "loss final",
          .effect = effect,
          .low = low,
          .high = high,
          .pairs = 20,
          .verdict = verdict,
          .mechanism = "first/last gradient ratio went from 3.5e-3 to 0.41",
          .cost = 1.31,
          .side_effects = "with batches of 4 the validation loss doubles",
          .fails_where = "depth 80 and more"};
}

std::vector<TreatmentResult> treatments() {
  const std::string deep = "10 layers, relu, default initialization";
  TreatmentResult idle = treatment("exploding gradients", "gradient clipping (notebook)", "clipping-real",
                                   "8 layers relu, lr 0.1", Verdict::vacuous, 1, 1, 1);
  idle.mechanism = "the threshold was never reached";
  idle.side_effects = idle.fails_where = "";
  TreatmentResult rescue = treatment("exploding gradients", "gradient clipping", "clipping-real",
                                     "8 layers relu, lr 1.5", Verdict::supported, 0, 0, 0);
  rescue.cost = 1.02;
  TreatmentResult worse = treatment("vanishing gradients", "normal(0, 0.01)", "initialization", deep, Verdict::refuted,
                                    1.004, 1.001, 1.007);
  return {
      treatment("vanishing gradients", "Xavier initialization", "initialization", deep, Verdict::inconclusive, 0.97,
                0.93, 1.01),
      treatment("vanishing gradients", "He initialization", "initialization", deep, Verdict::supported, 0.57, 0.55,
                0.6),
      treatment("vanishing gradients", "batch norm", "batch-norm", deep, Verdict::supported, 0.0008, 0.0006, 0.0012),
      treatment("vanishing gradients", "residual connections", "residual", deep, Verdict::supported, 0.03, 0.02, 0.05),
      worse,
      idle,
      rescue};
}

TrialResult trial(std::vector<std::string> fixes, std::vector<std::string> changes, double outcome, double effect,
                  bool proven) {
  return {.fixes = std::move(fixes),
          .changes = std::move(changes),
          .outcome = outcome,
          .effect = effect,
          .low = effect - 0.05,
          .high = effect + 0.04,
          .coverage = 0.9375,
          .seeds = 5,
          .p_holm = proven ? 0.0238 : 0.41,
          .proven = proven,
          .mechanism = proven ? "gone" : "there",
          .cost = 1.21,
          .length = 1,
          .side_effects = {}};
}

PatientResult deep_patient() {
  PatientResult patient{.experiment = "depth",
                        .setting = "no fix, depth 20",
                        .verdict = "sick",
                        .cause = "vanishing-gradient",
                        .sentence = "The gradient shrinks 3500-fold on its way to the first layer.",
                        .measure = "training loss",
                        .untreated = 0.96,
                        .seeds = 5,
                        .random_changes = 9};
  patient.tried = {
      trial({"batch-norm"}, {"model.norm = \"batch\""}, 0.03, -0.93, true),
      trial({"residual", "he-init"}, {"model.residual = true", "model.init = \"he_normal\""}, 0.05, -0.91, true),
      trial({"cosine-schedule"}, {"train.schedule = \"cosine\""}, 0.97, 0.01, false)};
  patient.tried[1].length = 2;
  patient.tried[1].side_effects = {"learning-rate-too-high"};
  TrialResult& dropped = patient.tried[2];
  dropped.seeds = 2;
  dropped.mechanism = "not examined";
  dropped.cost = kNan;
  patient.random = trial({}, {"model.width = 100"}, 0.9, -0.06, false);
  return patient;
}

PatientResult exploding_patient() {
  PatientResult patient{.experiment = "clipping-real",
                        .setting = "lr 1.5, | <b>no clipping</b>",
                        .verdict = "sick",
                        .cause = "exploding-gradient",
                        .sentence = "Gradients grow until the loss is infinite.",
                        .measure = "training loss",
                        .untreated = kInfinity,
                        .seeds = 5};
  TrialResult clip = trial({"clip-norm"}, {"train.clip_norm = 1"}, 0.4, -kInfinity, false);
  clip.low = clip.high = -kInfinity;
  patient.tried = {clip};
  return patient;
}

std::vector<PatientResult> patients() {
  PatientResult second = deep_patient();
  second.setting = "no fix, depth 40";
  second.tried[0].proven = false;
  std::swap(second.tried[0], second.tried[1]);
  return {exploding_patient(),
          {.experiment = "depth",
           .setting = "no fix, depth 5",
           .verdict = "healthy",
           .cause = "",
           .sentence = "This training does what it was set up to do.",
           .measure = ""},
          deep_patient(),
          second};
}

}  // namespace

LabResults fixture() {
  ExperimentResult empty;
  empty.id = "empty";
  empty.title = "An experiment that was interrupted before its first run";
  return {.started = "2026-03-01T10:15:00Z",
          .machine = {{"cpu", "A made-up CPU, 2 cores"}, {"blas", "OpenBLAS 0.3.21, 97 GFLOP/s"}},
          .versions = {{"gradclinic", "0.1.0"}, {"compiler", "g++ 12.2"}},
          .experiments = {gradient_flow(), activations(), clipping(), depth(), learning_rates(), empty},
          .treatments = treatments(),
          .patients = patients(),
          .seconds = 49.3,
          .runs = 1820,
          .interrupted = true};
}

}  // namespace gradclinic::testing
