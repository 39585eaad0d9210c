#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradclinic/logs/tags.h"
#include "gradclinic/record/record.h"

namespace gradclinic {

/// What was logged under one tag in one folder, steps ascending, none twice.
struct TagSeries {
  std::string folder;  ///< of the event file, below the one that was named
  std::string tag;
  std::string where;  ///< folder and tag, for remarks
  TagMeaning meaning;
  Series series;
};

/// All event files of a log.
struct LogFiles {
  std::vector<std::string> files;
  std::vector<TagSeries> tags;       ///< in the order in which they first appear
  std::vector<std::string> remarks;  ///< files cut short, steps that came twice
  bool own = false;                  ///< written by gradclinic
};

/// The paths of the event files in a folder and in those in it, in the order of their names; or the file itself.
std::vector<std::string> event_files_at(const std::string& path);

/// Reads them. Throws BadInput when there is none or one is damaged.
LogFiles read_log_files(const std::string& path);

}  // namespace gradclinic
