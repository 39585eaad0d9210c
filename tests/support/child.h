#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

namespace gradclinic {

/// Runs `work` in a forked process, which exits with what it returns (99 when it throws). Returns the process id.
template <class Work>
pid_t start_child(Work&& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  int status = 99;
  try {
    status = work();
  } catch (const std::exception& error) {
    fprintf(stderr, "child: %s\n", error.what());
  }
  _exit(status);
}

/// Waits for a child: its exit status, or -signal.
inline int wait_for(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1000;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace gradclinic
