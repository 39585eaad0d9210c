#pragma once

#include <string>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// A network of the step comparison: `depth` linear layers, 10 inputs, 1 output, ReLU, mean squared error.
struct Size {
  Index depth = 0;
  Index width = 0;
  Index batch = 0;
};

// What the worker measures, each a JSON object on one line. Times are microseconds, "wall" and "cpu" (this thread's).

/// The core and its BLAS: {"peak", "blas", "blas_core", "blas_config", "instruction_set"}; rates in GFLOP/s.
std::string measure_facts();

/// One SGD step of a training on noise, seed 42, learning rate 0.01, full batch, after `warm` steps:
/// {"wall", "cpu", "loss"}; the loss is that of the last of `warm` + `steps` steps, `steps` at least 2. Small trainings
/// are repeated until they have taken 50 ms. `watched`: with every gauge at every step, into a sink that drops what it
/// gets.
std::string measure_step(const Size& size, Index warm, Index steps, bool watched);

/// The pieces of such a step alone, on the same shapes, layer after layer as a step calls them: {"forward", "backward",
/// "weight_gradient", "activation", "activation_backward", "loss", "optimizer"}, processor time.
std::string measure_pieces(const Size& size);

/// One full-batch Adam epoch of a 4-32-16-4 tanh network that learns the exponential of 2 x 2 matrices from 10,000
/// samples, on `threads` threads, after `warm` epochs: {"wall", "cpu", "loss"}; cpu is that of all threads, the loss
/// that of the last epoch.
std::string measure_matrix_exponential(Index threads, Index warm, Index epochs);

/// The course notebook, instruments on: {"wall", "cpu", "lines": {"section: label": number}}; cpu is the process's.
std::string measure_notebook();

}  // namespace gradclinic
