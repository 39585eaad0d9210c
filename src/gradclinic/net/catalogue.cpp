#include "gradclinic/support/catalogue.h"

#include "gradclinic/net/activation.h"
#include "gradclinic/net/initializer.h"
#include "gradclinic/net/loss.h"
#include "gradclinic/net/optimizer.h"

namespace gradclinic {

const Activation& find_activation(const std::string& id) {
  static const std::vector<Activation> all = activations::all();
  return find_entry(all, id, "model.activation");
}

const Initializer& find_initializer(const std::string& id) {
  static const std::vector<Initializer> all = initializers::all();
  return find_entry(all, id, "model.init");
}

const Optimizer& find_optimizer(const std::string& id) {
  static const std::vector<Optimizer> all = optimizers::all();
  return find_entry(all, id, "train.optimizer");
}

const Loss& find_loss(const std::string& id) {
  static const std::vector<Loss> all = losses::all();
  return find_entry(all, id, "train.loss");
}

}  // namespace gradclinic
