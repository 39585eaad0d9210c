#include "gradclinic/report/render.h"

#include <filesystem>

#include "gradclinic/report/renderer.h"
#include "gradclinic/support/file.h"

namespace gradclinic {

std::vector<std::string> write_report(const LabResults& results, const std::string& folder) {
  const WriteUp text = write_up(results);
  std::vector<std::string> written;
  for (const Renderer& renderer : renderers::all()) {
    for (const Document& document : renderer.render({.results = results, .text = text})) {
      if (document.path.empty()) continue;
      const std::filesystem::path path = std::filesystem::path(folder.empty() ? "." : folder) / document.path;
      write_file(path.string(), document.text);
      written.push_back(path.string());
    }
  }
  return written;
}

std::string terminal_summary(const LabResults& results, bool colour, int columns) {
  const WriteUp text = write_up(results);
  std::string summary;
  for (const Renderer& renderer : renderers::all())
    for (const Document& document :
         renderer.render({.results = results, .text = text, .colour = colour, .columns = columns}))
      if (document.path.empty()) summary += document.text;
  return summary;
}

}  // namespace gradclinic
