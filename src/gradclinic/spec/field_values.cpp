#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gradclinic/spec/fields.h"
#include "gradclinic/support/error.h"
#include "gradclinic/support/text.h"

namespace gradclinic {

namespace {

/// What a slot holds, the optional taken off.
template <class Type>
struct Held {
  using type = Type;
};
template <class Type>
struct Held<std::optional<Type>> {
  using type = Type;
};

template <class Type>
constexpr bool is_whole = std::is_same_v<Type, std::int64_t> || std::is_same_v<Type, std::uint64_t>;

template <class Type>
std::string range_text(const Allowed& allowed) {
  std::string kind = is_whole<Type> ? "a whole number" : "a finite number";
  const bool bounded = std::isfinite(allowed.most);
  if (std::isinf(allowed.least)) return kind;
  if (!bounded) return fmt::format("{} of at least {}", kind, allowed.least);
  const auto most = allowed.most < 1e15 ? fmt::format("{:.0f}", allowed.most) : fmt::format("{}", allowed.most);
  return fmt::format("{} from {} to {}{}", kind, allowed.least, allowed.below_most ? "below " : "", most);
}

template <class Type>
std::string type_text(const Allowed& allowed) {
  if constexpr (std::is_same_v<Type, std::string>) {
    if (allowed.names) return join(*allowed.names);
    return *allowed.noun ? allowed.noun : "any text";
  } else if constexpr (std::is_same_v<Type, bool>) {
    return "true, false";
  } else if constexpr (std::is_same_v<Type, const Value*>) {
    return allowed.noun;
  } else {
    return range_text<Type>(allowed);
  }
}

template <class Type>
std::string written(const Type& value) {
  if constexpr (std::is_same_v<Type, bool>) {
    return value ? "true" : "false";
  } else if constexpr (is_whole<Type>) {
    return fmt::format("{}", value);
  } else if constexpr (std::is_same_v<Type, const Value*>) {
    return value ? to_toml(*value) : "";
  } else {
    return to_toml(value);
  }
}

template <class Type>
std::string written(const std::optional<Type>& value) {
  return value ? written(*value) : "";
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Type>
void check(const Allowed& allowed, const Type& value, const std::string& at) {
  if constexpr (std::is_same_v<Type, std::string>) {
    if (!allowed.names || contains(*allowed.names, value)) return;
    throw BadInput(at, std::string("not ") + allowed.noun, value.empty() ? "\"\"" : excerpt(value),
                   advise(value, *allowed.names));
  } else if constexpr (!std::is_same_v<Type, bool> && !std::is_same_v<Type, const Value*>) {
    const auto number = static_cast<double>(value);
    if (!std::isfinite(number)) {
      throw BadInput(at, "not a finite number", written(value), "allowed: " + range_text<Type>(allowed));
    }
    const bool inside = allowed.below_most ? number < allowed.most : number <= allowed.most;
    if (number < allowed.least || !inside) {
      throw BadInput(at, "out of range", written(value), "allowed: " + range_text<Type>(allowed));
    }
  }
}

/// The TOML value as the slot's type; nothing when it has another type.
template <class Type>
std::optional<Type> taken(const Value& value) {
  if constexpr (std::is_same_v<Type, const Value*>) {
    return &value;
  } else if constexpr (is_whole<Type>) {
    const auto* whole = value.as<std::int64_t>();
    return whole ? std::optional<Type>(static_cast<Type>(*whole)) : std::nullopt;
  } else if constexpr (std::is_same_v<Type, double>) {
    if (const auto* whole = value.as<std::int64_t>()) return static_cast<double>(*whole);
    const auto* number = value.as<double>();
    return number ? std::optional<double>(*number) : std::nullopt;
  } else {
    const auto* same = value.as<Type>();
    return same ? std::optional<Type>(*same) : std::nullopt;
  }
}

template <class Type>
std::string wrong_type(const Allowed& allowed) {
  if constexpr (std::is_same_v<Type, std::string>) {
    return std::string("not ") + (allowed.names ? allowed.noun : "a text in quotes");
  } else if constexpr (std::is_same_v<Type, bool>) {
    return "not true or false";
  } else {
    return is_whole<Type> ? "not a whole number" : "not a number";
  }
}

}  // namespace

std::string allowed_text(const Field& field) {
  return std::visit(
      [&](auto* slot) {
        return type_text<typename Held<std::remove_reference_t<decltype(*slot)>>::type>(field.allowed);
      },
      field.slot);
}

std::string value_text(const Field& field) {
  return std::visit([](auto* slot) { return written(*slot); }, field.slot);
}

void check_field(const Field& field, const std::string& at) {
  std::visit(
      [&](auto* slot) {
        using Type = std::remove_reference_t<decltype(*slot)>;
        if constexpr (std::is_same_v<typename Held<Type>::type, Type>) {
          check(field.allowed, *slot, at);
        } else {
          if (*slot) check(field.allowed, **slot, at);
        }
      },
      field.slot);
}

void assign(const Field& field, const Value& value, const std::string& at) {
  std::visit(
      [&](auto* slot) {
        using Type = typename Held<std::remove_reference_t<decltype(*slot)>>::type;
        const std::optional<Type> typed = taken<Type>(value);
        if (!typed) {
          throw BadInput(at, wrong_type<Type>(field.allowed), excerpt(to_toml(value)),
                         "allowed: " + type_text<Type>(field.allowed));
        }
        if constexpr (std::is_same_v<Type, std::uint64_t>) {
          if (*value.as<std::int64_t>() < 0) {
            throw BadInput(at, "out of range", to_toml(value), "allowed: " + range_text<Type>(field.allowed));
          }
        }
        check(field.allowed, *typed, at);
        *slot = *typed;
      },
      field.slot);
}

}  // namespace gradclinic
