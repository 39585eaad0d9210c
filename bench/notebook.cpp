#include "gradclinic/lab/notebook.h"

#include <fmt/format.h>

#include <ctime>

#include "clocks.h"
#include "measurements.h"

namespace gradclinic {

std::string measure_notebook() {
  const Moment begin = Moment::now();
  const std::clock_t process = std::clock();
  const NotebookResult notebook = run_notebook();
  const double cpu = static_cast<double>(std::clock() - process) / CLOCKS_PER_SEC;
  const double wall = (Moment::now() - begin).wall;
  std::string lines;
  for (const NotebookLine& line : notebook.lines)
    lines += fmt::format(R"({}"{}: {}": {:.9g})", lines.empty() ? "" : ", ", line.section, line.label, line.here);
  return fmt::format(R"({{"wall": {:.6g}, "cpu": {:.6g}, "lines": {{{}}}}})", 1e6 * wall, 1e6 * cpu, lines);
}

}  // namespace gradclinic
