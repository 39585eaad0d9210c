#include "gradclinic/course.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace files = std::filesystem;

namespace {

/// The folder given as option --NAME; else NAME/ here, above, or beside the sources.
std::string folder_of(const std::string& name, const std::string& given) {
  std::error_code ignored;
  if (!given.empty()) {
    if (!files::is_directory(given, ignored)) throw BadInput("--" + name, "no such folder", given);
    return given;
  }
  for (files::path above = files::current_path(); !above.empty(); above = above.parent_path()) {
    if (files::is_directory(above / name, ignored)) return (above / name).string();
    if (above == above.root_path()) break;
  }
  const files::path source = files::path(GRADCLINIC_SOURCE) / name;
  if (files::is_directory(source, ignored)) return source.string();
  throw BadInput("--" + name, "there is no folder `" + name + "` here, above or beside the sources", "",
                 "name the folder with --" + name + " DIR");
}

}  // namespace

std::string experiments_folder(const std::string& given) { return folder_of("experiments", given); }

std::string cases_folder(const std::string& given) { return folder_of("cases", given); }

std::vector<Experiment> load_experiments(const std::string& folder) {
  std::vector<std::string> paths;
  for (const files::directory_entry& entry : files::directory_iterator(folder))
    if (entry.path().extension() == ".toml") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) throw BadInput("--experiments", "the folder holds no experiment (*.toml)", folder);
  std::vector<Experiment> experiments;
  std::set<std::string> ids;
  for (const std::string& path : paths) {
    experiments.push_back(load_experiment(path));
    if (!ids.insert(experiments.back().id).second)
      throw BadInput(path + " experiment.id", "another experiment of the folder has this id", experiments.back().id);
  }
  return experiments;
}

std::vector<Experiment> choose(const std::vector<Experiment>& experiments, const std::vector<std::string>& ids) {
  std::vector<Experiment> chosen = experiments;
  if (ids.empty()) {
    std::erase_if(chosen, [](const Experiment& experiment) { return experiment.extended; });
    return chosen;
  }
  std::vector<std::string> known;
  for (const Experiment& experiment : experiments) known.push_back(experiment.id);
  for (const std::string& id : ids)
    if (std::find(known.begin(), known.end(), id) == known.end())
      throw BadInput("ID", "no experiment has this id", id, advise(id, known));
  std::erase_if(chosen, [&](const Experiment& experiment) { return std::ranges::count(ids, experiment.id) == 0; });
  return chosen;
}

}  // namespace gradclinic
