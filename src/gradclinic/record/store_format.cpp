#include "gradclinic/record/store_format.h"

#include "gradclinic/record/record.h"

namespace gradclinic {

const DatabaseFormat kStoreFormat{
    .kind = "store",
    .application_id = 0x67634E4E,  // "gcNN"
    .version = kRecordVersion,
    .schema = R"sql(
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  seed TEXT NOT NULL,       -- decimal: unsigned 64 bits do not fit an INTEGER
  started TEXT NOT NULL,    -- ISO 8601, UTC
  status TEXT NOT NULL,     -- running, finished, diverged, interrupted
  steps INTEGER NOT NULL,
  final_loss REAL,          -- NULL is NaN
  seconds REAL NOT NULL,
  spec TEXT NOT NULL,       -- TOML
  machine TEXT NOT NULL,    -- JSON object of strings
  versions TEXT NOT NULL    -- JSON object of strings
);
CREATE TABLE run_tables (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  columns TEXT NOT NULL,    -- JSON array of [quantity, layer]
  UNIQUE (run, name)
);
CREATE TABLE blocks (
  run_table INTEGER NOT NULL REFERENCES run_tables (id),
  place INTEGER NOT NULL,   -- 0, 1, 2, ... within its table
  rows INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  last_step INTEGER NOT NULL,
  crc INTEGER NOT NULL,     -- CRC-32 of data
  data BLOB NOT NULL,
  UNIQUE (run_table, place)
);
CREATE TABLE events (
  run INTEGER NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL,
  kind TEXT NOT NULL,
  layer INTEGER NOT NULL,
  text TEXT NOT NULL
);
CREATE INDEX events_by_run ON events (run);
)sql",
    .if_absent = "record a run first (gradclinic run SPEC.toml) or name another file with --store",
    .if_unfit = "name another file with --store",
};

}  // namespace gradclinic
