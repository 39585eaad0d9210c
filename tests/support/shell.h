#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <string>

namespace gradclinic {

struct ShellResult {
  int exit_code = -1;
  std::string output;  ///< standard output and standard error
};

/// Runs a line in the shell and waits for it.
inline ShellResult shell(const std::string& line) {
  ShellResult result;
  FILE* const pipe = popen(("{ " + line + "; } 2>&1").c_str(), "r");
  if (!pipe) return result;
  char buffer[4096];
  for (std::size_t count; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;) result.output.append(buffer, count);
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return result;
}

/// Whether Debian's Python can import a module.
inline bool python_has(const std::string& module) {
  return shell("/usr/bin/python3 -c 'import " + module + "'").exit_code == 0;
}

}  // namespace gradclinic
