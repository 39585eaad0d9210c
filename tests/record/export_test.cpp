#include "gradclinic/record/export.h"

#include <gtest/gtest.h>

#include "gradclinic/support/error.h"
#include "record/made_run.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

Record made_record() {
  MemoryRecorder memory;
  make_run(memory, 60);
  Record record = memory.take();
  const float infinity = std::numeric_limits<float>::infinity();
  record.tables["odd/../\"table\""] = {
      {{"a,\"b\"", 1}, {"gr\xc3\xbc\xc3\x9f", -2}}, {-1, 5'000'000'000}, {std::nanf(""), infinity, -infinity, 0.1f}};
  record.tables["empty"] = {{{"loss", 0}}, {}, {}};
  return record;
}

/// The run's "step" table as raw float32, for the scripts to compare with.
std::string raw_values(const Record& record) {
  const std::vector<float>& values = record.tables.at("step").values;
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

TEST(ExportCsv, PythonReadsTheSameNumbersBack) {
  const TemporaryFolder folder;
  const Record record = made_record();
  const std::string paths = export_csv(record, folder / "out");
  EXPECT_EQ(std::count(paths.begin(), paths.end(), '\n'), 3);
  write_bytes(folder / "raw", raw_values(record));
  write_bytes(folder / "check.py", R"(
import csv, struct
rows = list(csv.reader(open('out/step.csv', newline='', encoding='utf-8')))
assert rows[0][:3] == ['step', 'loss[0]', 'weight_grad.l2[1]'], rows[0]
assert [int(row[0]) for row in rows[1:]] == list(range(60))
raw = struct.unpack('600f', open('raw', 'rb').read())
values = [float(value) for row in rows[1:] for value in row[1:]]
assert len(values) == 600
for value, expected in zip(values, raw):
    assert struct.pack('f', value) == struct.pack('f', expected) or (value != value and expected != expected)
odd = list(csv.reader(open('out/odd%2F..%2F%22table%22.csv', newline='', encoding='utf-8')))
assert odd[0] == ['step', 'a,"b"[1]', 'gr\u00fc\u00df[-2]'], odd[0]
assert odd[1:] == [['-1', 'nan', 'inf'], ['5000000000', '-inf', '0.1']], odd[1:]
assert open('out/empty.csv').read() == 'step,loss[0]\n'
)");
  const ShellResult python = shell("cd " + folder.path() + " && /usr/bin/python3 check.py");
  EXPECT_EQ(python.exit_code, 0) << python.output;
}

TEST(ExportCsv, WritesOneFileATable) {
  const TemporaryFolder folder;
  MemoryRecorder memory;
  make_run(memory, 1);
  EXPECT_EQ(export_csv(memory.record(), folder / "out"),
            folder / "out/step.csv" + "\n" + folder / "out/validation.csv");
  EXPECT_EQ(export_csv({}, folder / "none"), "");
}

TEST(ExportNpz, NumpyReadsTheSameNumbersBack) {
  if (!python_has("numpy")) GTEST_SKIP() << "Debian's Python has no numpy";
  const TemporaryFolder folder;
  const Record record = made_record();
  EXPECT_EQ(export_npz(record, folder / "run.npz"), folder / "run.npz");
  write_bytes(folder / "raw", raw_values(record));
  write_bytes(folder / "spec", record.spec);
  write_bytes(folder / "check.py", R"(
import numpy as np
a = np.load('run.npz')
assert str(a['spec']) == open('spec').read()
assert a['step.steps'].dtype == np.int64 and (a['step.steps'] == np.arange(60)).all()
values = a['step.values']
assert values.dtype == np.float32 and values.shape == (60, 10)
assert values.tobytes() == open('raw', 'rb').read()
assert a['step.columns'].tolist()[:2] == ['loss[0]', 'weight_grad.l2[1]']
assert a['validation.steps'].tolist() == [49]
odd = 'odd%2F..%2F%22table%22.'
assert a[odd + 'columns'].tolist() == ['a,"b"[1]', 'gr\u00fc\u00df[-2]']
assert a[odd + 'steps'].tolist() == [-1, 5000000000]
assert np.isnan(a[odd + 'values'][0, 0]) and a[odd + 'values'][1, 0] == -np.inf
assert a['empty.values'].shape == (0, 1)
)");
  const ShellResult python = shell("cd " + folder.path() + " && /usr/bin/python3 check.py");
  EXPECT_EQ(python.exit_code, 0) << python.output;
}

TEST(Export, WhereNothingCanBeWrittenIsAStoreError) {
  EXPECT_THROW(export_npz(made_record(), "/dev/full"), StoreError);
  EXPECT_THROW(export_csv(made_record(), "/dev/null"), StoreError);
}

}  // namespace
}  // namespace gradclinic
