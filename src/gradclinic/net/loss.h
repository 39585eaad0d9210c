#pragma once

#include <string>
#include <vector>

#include "gradclinic/tensor/view.h"

namespace gradclinic {

/// A catalogue entry of net/losses: mean over the batch, by torch's definition.
struct Loss {
  std::string id;
  std::string summary;
  std::string reference;
  bool classifies = false;
  /// outputs: outputs x batch. targets: outputs x batch (mse), or 1 x batch holding the class as a whole number.
  /// Fills `gradient` (as outputs) with the loss's gradient when its data is not null; returns the loss.
  double (*evaluate)(View<const float> outputs, View<const float> targets, View<float> gradient);
  double (*evaluate64)(View<const double> outputs, View<const double> targets, View<double> gradient);
  /// Share of the batch whose class is right; null for regression.
  double (*accuracy)(View<const float> outputs, View<const float> targets) = nullptr;
};

namespace losses {
std::vector<Loss> all();
}  // namespace losses

const Loss& find_loss(const std::string& id);

}  // namespace gradclinic
