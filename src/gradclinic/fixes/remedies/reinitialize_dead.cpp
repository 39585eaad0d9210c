#include "gradclinic/fixes/remedy.h"

namespace gradclinic::remedies {
namespace {

std::vector<std::string> pytorch(const Spec&) {
  return {"with torch.no_grad():  # `dead`: mask of units whose activation is 0 on a few hundred samples",
          "    nn.init.kaiming_normal_(fresh := torch.empty_like(layer.weight))",
          "    layer.weight[dead] = fresh[dead]", "    layer.bias[dead] = 0", "    next_layer.weight[:, dead] = 0"};
}

MidwayChange midway(const FixContext&) { return {.reinitialize_dead = true}; }

}  // namespace

Fix reinitialize_dead() {
  return {.id = "reinitialize-dead",
          .summary = "give dead units new incoming weights, outgoing ones of 0, in the middle of a run",
          .mechanism =
              "A unit that is 0 on all inputs gets no gradient and cannot come back by itself. Drawn anew it can "
              "learn again, and with outgoing weights of 0 the network computes at first what it did.",
          .reference = "Sokar et al. 2023, The Dormant Neuron Phenomenon in Deep Reinforcement Learning",
          .pytorch = pytorch,
          .midway = midway};
}

}  // namespace gradclinic::remedies
