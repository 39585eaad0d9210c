#pragma once

#include <stdexcept>
#include <string>

namespace gradclinic {

/// What the program's exit status means.
enum class ExitCode : int {
  ok = 0,            ///< done; a diagnosis: healthy
  sick = 1,          ///< a diagnosis: sick
  bad_input = 2,     ///< a spec, file or argument is wrong
  run_failed = 3,    ///< a run could not be carried out
  store = 4,         ///< a store cannot be read or written (disk full, damaged, not ours)
  internal = 70,     ///< a defect of gradclinic
  interrupted = 130  ///< Ctrl-C; what was finished is kept
};

/// Base of every error that ends a command. what() reads "[where] what (got `value`); advice".
class Error : public std::runtime_error {
 public:
  Error(ExitCode exit_code, const std::string& message) : std::runtime_error(message), exit_code_(exit_code) {}
  ExitCode exit_code() const { return exit_code_; }

 private:
  ExitCode exit_code_;
};

/// The sentence all errors share; empty parts are left out.
std::string error_sentence(const std::string& where, const std::string& what, const std::string& got = "",
                           const std::string& advice = "");

/// The user's input is wrong: exit code 2. `where` is "file:line key" or an argument's name.
class BadInput : public Error {
 public:
  BadInput(const std::string& where, const std::string& what, const std::string& got = "",
           const std::string& advice = "")
      : Error(ExitCode::bad_input, error_sentence(where, what, got, advice)) {}
};

/// A run could not be carried out: exit code 3. Divergence and NaN are outcomes, not this.
class RunFailed : public Error {
 public:
  RunFailed(const std::string& where, const std::string& what, const std::string& got = "",
            const std::string& advice = "")
      : Error(ExitCode::run_failed, error_sentence(where, what, got, advice)) {}
};

/// A store or output file cannot be read or written: exit code 4.
class StoreError : public Error {
 public:
  StoreError(const std::string& where, const std::string& what, const std::string& got = "",
             const std::string& advice = "")
      : Error(ExitCode::store, error_sentence(where, what, got, advice)) {}
};

}  // namespace gradclinic
