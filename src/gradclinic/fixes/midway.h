#pragma once

#include <cstdint>
#include <vector>

#include "gradclinic/train/observer.h"

namespace gradclinic {

/// What is done to a run from some step on, its weights kept.
struct MidwayChange {
  double rate_factor = 1;          ///< of the scheduled learning rate
  double clip_norm = 0;            ///< largest gradient norm; 0: no clipping beyond the spec's
  bool reinitialize_dead = false;  ///< once, at that step; see reinitialize_dead

  bool operator==(const MidwayChange&) const = default;
};

/// Carries out a change from step `from` (counted from 0) on. Until then the run is untouched.
class MidwayTreatment : public Intervention {
 public:
  MidwayTreatment(MidwayChange change, std::int64_t from) : change_(change), from_(from) {}
  void before_update(const Training& training, std::int64_t step, double& lr) override;

 private:
  MidwayChange change_;
  std::int64_t from_;
};

/// Gives units that are 0 on each of up to 512 training samples a new start: incoming weights drawn anew (the spec's
/// initializer; He's where that is one without randomness of its own), bias 0, outgoing weights to units that are alive
/// 0, so that the network computes what it did (Sokar et al. 2023, The Dormant Neuron Phenomenon in Deep Reinforcement
/// Learning). Drawn from a generator of its own, made from the spec's seed. Returns how many. The optimizer's state
/// stays: of a dead unit it has faded.
std::int64_t reinitialize_dead(const Training& training);

}  // namespace gradclinic
