#include "gradclinic/fixes/advice.h"

#include "gradclinic/diagnosis/counterfactual.h"
#include "gradclinic/fixes/fix.h"

namespace gradclinic {

std::vector<Advice> advice(const Diagnosis& diagnosis, const Record& record) {
  std::vector<Advice> all;
  if (!diagnosis.cause()) return all;
  const Chart chart(record);
  Pilot untrainable(chart, {});
  for (const std::string& id : diagnosis.cause()->fixes) {
    const Fix* fix = find_fix(id);
    if (!fix) continue;
    Advice& advice = all.emplace_back(Advice{fix->id, fix->summary, {}});
    if (!fix->apply || !fix->pytorch) continue;
    const auto changes = fix->apply({chart.spec(), chart, untrainable});
    if (changes) advice.pytorch = fix->pytorch(with(chart.spec(), *changes));
  }
  return all;
}

}  // namespace gradclinic
