#include <cstdint>
#include <cstdlib>

#include "gradclinic/spec/experiment.h"
#include "gradclinic/spec/toml.h"
#include "gradclinic/support/error.h"

namespace {

/// A spec that is read must come back from its own TOML.
void read_spec(const std::string& text) {
  const gradclinic::Spec spec = gradclinic::parse_spec(text, "file");
  if (!(gradclinic::parse_spec(gradclinic::to_toml(spec), "written") == spec)) std::abort();
}

/// Every cell of an experiment that is read must be valid.
void read_experiment(const std::string& text) {
  const std::vector<gradclinic::Cell> cells = gradclinic::cells(gradclinic::parse_experiment(text, "file"));
  if (cells.empty()) std::abort();
  for (const gradclinic::Cell& cell : cells) gradclinic::validate(cell.spec, "cell");
}

/// Bad input is the one error that a text may end in.
template <class Read>
void expect_bad_input_at_most(Read read, const std::string& text) {
  bool of_the_text = true;
  try {
    read(text);
  } catch (const gradclinic::BadInput& error) {
    of_the_text = std::string(error.what()).rfind("[file", 0) == 0;
  }
  if (!of_the_text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  expect_bad_input_at_most(read_spec, text);
  expect_bad_input_at_most(read_experiment, text);
  return 0;
}
