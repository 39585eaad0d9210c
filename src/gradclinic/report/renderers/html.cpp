#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "gradclinic/report/page.h"
#include "gradclinic/report/renderer.h"
#include "gradclinic/report/results_json.h"

namespace gradclinic::renderers {

namespace {

using Json = nlohmann::ordered_json;

// Five digits are more than a screen can show, and halve the page.
void round_for_screen(Json& value) {
  if (value.is_number_float()) {
    value = std::strtod(fmt::format("{:.5g}", value.get<double>()).c_str(), nullptr);
  } else if (value.is_array()) {
    for (Json& item : value) round_for_screen(item);
  }
}

std::vector<Document> render(const Report& report) {
  Json data = to_json(report.results, report.text);
  for (Json& experiment : data["experiments"]) {
    for (Json& figure : experiment["figures"]) {
      for (Json& curve : figure["curves"])
        for (const char* part : {"median", "low", "high"}) round_for_screen(curve[part]);
      round_for_screen(figure["cells"]);
    }
  }
  return {{.path = "report.html", .text = page_with(data)}};
}

}  // namespace

Renderer html() {
  return {.id = "html", .summary = "report.html: the interactive page, one file that works offline", .render = render};
}

}  // namespace gradclinic::renderers
