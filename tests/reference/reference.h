#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>

namespace gradclinic {

inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// What PyTorch answers to a request (tests/reference/reference.py says what may be asked), by a fresh run of Debian's
/// interpreter. Starting it takes a second or two: ask for many things at once. Throws std::runtime_error with the
/// script's own words when it fails, so that a machine without python3-torch fails the test and says what to install.
inline nlohmann::json ask_reference(const nlohmann::json& request) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("gradclinic-reference-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "request.json") << request;
  const std::string command = "/usr/bin/python3 '" GRADCLINIC_SOURCE "/tests/reference/reference.py' '" +
                              (folder / "request.json").string() + "' > '" + (folder / "answer.json").string() +
                              "' 2> '" + (folder / "errors.txt").string() + "'";
  const int status = std::system(command.c_str());
  const std::string answer = text_of(folder / "answer.json");
  const std::string errors = text_of(folder / "errors.txt");
  std::filesystem::remove_all(folder);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("tests/reference/reference.py failed: " + errors);
  return nlohmann::json::parse(answer);
}

}  // namespace gradclinic
