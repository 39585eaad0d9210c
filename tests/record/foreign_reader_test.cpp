#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <sstream>

#include "gradclinic/record/store.h"
#include "record/made_run.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

/// What read_store.py prints of this record.
std::string print(const Record& record) {
  std::ostringstream text;
  text << "run " << record.name << ' ' << record.seed << ' ' << record.outcome.status << ' ' << record.outcome.steps
       << ' ' << record.outcome.final_loss << '\n';
  for (const auto& [name, table] : record.tables) {
    text << "table " << name;
    for (const Column& column : table.columns) text << ' ' << column.quantity << '[' << column.layer << ']';
    text << '\n';
    for (std::size_t row = 0; row < table.rows(); ++row) {
      text << table.steps[row];
      for (std::size_t column = 0; column < table.columns.size(); ++column) {
        unsigned char bytes[4];
        std::memcpy(bytes, &table.values[row * table.columns.size() + column], 4);
        char hex[16];
        std::snprintf(hex, sizeof hex, " %02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3]);
        text << hex;
      }
      text << '\n';
    }
  }
  return text.str();
}

TEST(StoreFormat, AProgramWrittenByTheDocumentReadsTheSame) {
  const TemporaryFolder folder;
  MemoryRecorder memory;
  make_run(memory, 150);
  Store store(folder / "runs.sqlite");
  const auto run = store.new_run(64);
  make_run(*run, 150);
  const ShellResult python = shell("/usr/bin/python3 " GRADCLINIC_SOURCE "/tests/record/read_store.py " +
                                   folder / "runs.sqlite" + " " + std::to_string(run->id()));
  EXPECT_EQ(python.exit_code, 0);
  EXPECT_EQ(python.output, print(memory.record()));
}

}  // namespace
}  // namespace gradclinic
