#pragma once

#include <map>
#include <string>
#include <vector>

#include "gradclinic/spec/spec.h"

namespace gradclinic {

/// Reads a spec. `where` names the text in errors (a file's path).
/// Throws BadInput for the first mistake: the key, its line, the value, what is allowed, the nearest key.
Spec parse_spec(const std::string& text, const std::string& where);

/// Reads a spec from a file; relative paths in it start at the file's folder. Throws BadInput.
Spec load_spec(const std::string& path);

/// Writes every key that differs from its default (and name, seed, set), so that parse_spec gives the same spec back.
std::string to_toml(const Spec& spec);

/// Sets one key, as `--set model.depth=8` or an experiment's factor does; the value is TOML ("8", "true", "\"relu\"");
/// a bare word counts as a string. Does not validate combinations: call validate after the last. Throws BadInput.
void set_key(Spec& spec, const std::string& key, const std::string& value);

/// The value of a key as TOML writes it; a string without its quotes. Throws BadInput for an unknown key.
std::string get_key(const Spec& spec, const std::string& key);

/// Whether a spec has that key.
bool is_key(const std::string& key);

/// The keys, but the name, in which a spec differs from another, with its values.
std::map<std::string, std::string> keys_that_differ(const Spec& spec, const Spec& other);

/// Impossible values and combinations: depth 0, epochs and steps, clip_norm below 0, ... Throws BadInput.
void validate(const Spec& spec, const std::string& where);

/// One row per key, for docs and help: key, default, what is allowed, meaning, and for names of a catalogue its family
/// (spec/vocabulary.h).
struct KeyDescription {
  std::string key;
  std::string default_value;
  std::string allowed;
  std::string meaning;
  std::string catalogue;
};
std::vector<KeyDescription> describe_spec();

}  // namespace gradclinic
