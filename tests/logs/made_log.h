#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradclinic/logs/event_file.h"
#include "support/temporary_folder.h"

namespace gradclinic {

/// A tag with a value at each of steps 0, every, 2 every, ...
struct MadeTag {
  std::string tag;
  std::vector<double> values;
  std::int64_t every = 1;
};

/// An event file as a training loop would write it: row by row.
inline std::string made_log(const std::vector<MadeTag>& tags, const std::string& writer = "") {
  EventFileWriter file(writer, 100);
  std::size_t rows = 0;
  for (const MadeTag& tag : tags) rows = std::max(rows, tag.values.size());
  for (std::size_t row = 0; row < rows; ++row)
    for (const MadeTag& tag : tags)
      if (row < tag.values.size())
        file.add_scalar(tag.tag, static_cast<std::int64_t>(row) * tag.every, 100, static_cast<float>(tag.values[row]));
  return file.file();
}

inline std::string write_log(const TemporaryFolder& folder, const std::string& below,
                             const std::vector<MadeTag>& tags) {
  folder.write(below + "/events.out.tfevents.1.host", made_log(tags));
  return folder / below;
}

/// `count` values of a function of the row.
template <class Function>
std::vector<double> values_by(std::size_t count, Function function) {
  std::vector<double> values;
  for (std::size_t row = 0; row < count; ++row) values.push_back(function(static_cast<double>(row)));
  return values;
}

}  // namespace gradclinic
