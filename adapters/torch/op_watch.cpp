#include "op_watch.h"

#include <utility>

#include "op_state.h"

namespace gradclinic::torch {

OpWatch::OpWatch(OutsideWatch& watch, std::vector<Layer> layers)
    : state_(std::make_shared<State>(watch, std::move(layers))) {}

OpWatch::~OpWatch() {
  end();
  end_gradients();
}

void OpWatch::begin(Look look) {
  end();
  State& own = *state_;
  if (!own.order.empty()) own.last = own.order.back();
  const std::size_t count = own.layers.size();
  own.look = look;
  own.looking = own.failure.empty();
  ++own.pass;
  own.signals.clear();
  own.order.clear();
  own.called.assign(count, 0);
  own.activated.assign(count, 0);
  own.gradients.assign(2 * count, 0);
  own.backward_queued = false;
  own.operations = 0;
  own.loss = {};
  own.first_inputs.reset();
  start_listening(own);
}

void OpWatch::end() { state_->leave(); }

void OpWatch::end_gradients() { state_->looking = false; }

const std::vector<Layer>& OpWatch::layers() const { return state_->layers; }
const std::vector<int>& OpWatch::order() const { return state_->order; }
bool OpWatch::residual() const { return state_->residual; }
double OpWatch::dropout() const { return state_->dropout; }
double OpWatch::operations() const { return state_->operations; }
void OpWatch::want_samples(bool want) { state_->wants_samples = want; }
SeenLoss OpWatch::take_loss() { return std::exchange(state_->loss, {}); }
at::Tensor OpWatch::take_inputs() { return std::exchange(state_->first_inputs, at::Tensor()); }
void OpWatch::on_backward(std::function<void()> call) { state_->backward_done = std::move(call); }
const std::string& OpWatch::failure() const { return state_->failure; }

}  // namespace gradclinic::torch
