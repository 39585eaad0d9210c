#include "gradclinic/support/npz.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <limits>

#include "gradclinic/support/error.h"
#include "support/shell.h"
#include "support/temporary_folder.h"

namespace gradclinic {
namespace {

TEST(ZipWriter, PythonsZipfileFindsNothingWrong) {
  const TemporaryFolder folder;
  ZipWriter zip;
  zip.add("empty", "");
  zip.add("folder/na\xc3\xafve", std::string(100'000, 'a'));
  std::string noise;
  for (unsigned i = 0, state = 1; i < 50'000; ++i)
    noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  zip.add("noise", noise);
  write_bytes(folder / "a.zip", zip.finish());
  write_bytes(folder / "noise", noise);
  const ShellResult python = shell("cd " + folder.path() + R"( && /usr/bin/python3 -c "
import zipfile
z = zipfile.ZipFile('a.zip')
assert z.testzip() is None
assert z.namelist() == ['empty', 'folder/na\u00efve', 'noise'], z.namelist()
assert z.read('empty') == b''
assert z.read('folder/na\u00efve') == b'a' * 100000
assert z.read('noise') == open('noise', 'rb').read()
assert z.getinfo('folder/na\u00efve').compress_size < 1000
assert z.getinfo('noise').date_time == (1980, 1, 1, 0, 0, 0)
")");
  EXPECT_EQ(python.exit_code, 0) << python.output;
}

TEST(ZipWriter, AnArchiveOfNothingIsValid) {
  const TemporaryFolder folder;
  write_bytes(folder / "a.zip", ZipWriter().finish());
  const ShellResult python = shell("/usr/bin/python3 -c 'import zipfile; assert zipfile.ZipFile(\"" + folder / "a.zip" +
                                   "\").namelist() == []'");
  EXPECT_EQ(python.exit_code, 0) << python.output;
}

TEST(NpzWriter, NumpyLoadsEveryKindOfArray) {
  if (!python_has("numpy")) GTEST_SKIP() << "Debian's Python has no numpy";
  const TemporaryFolder folder;
  NpzWriter npz;
  const float infinity = std::numeric_limits<float>::infinity();
  npz.add("integers", std::vector<std::int64_t>{0, -1, std::numeric_limits<std::int64_t>::min()});
  npz.add("floats", std::vector<float>{1.5f, NAN, infinity, -infinity, 1e-45f, -0.0f}, 3, 2);
  npz.add("none", std::vector<float>{}, 0, 4);
  npz.add("texts", std::vector<std::string>{"a", "", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "\xff"});
  npz.add("no texts", std::vector<std::string>{});
  npz.add("text", std::string("line 1\nline 2"));
  npz.add("empty text", std::string());
  npz.write(folder / "a.npz");
  const ShellResult python = shell(
      "/usr/bin/python3 -c \""
      R"(
import numpy as np
a = np.load(')" +
      folder / "a.npz" + R"(')
assert a['integers'].dtype == np.int64 and a['integers'].tolist() == [0, -1, -2**63]
f = a['floats']
assert f.dtype == np.float32 and f.shape == (3, 2)
assert f[0, 0] == 1.5 and np.isnan(f[0, 1]) and f[1].tolist() == [np.inf, -np.inf]
assert f[2, 0] == np.float32(1e-45) and np.signbit(f[2, 1])
assert a['none'].shape == (0, 4)
assert a['texts'].tolist() == ['a', '', 'gr\u00fc\u00df \U0001F600', '\ufffd']
assert a['no texts'].shape == (0,)
assert a['text'].shape == () and str(a['text']) == 'line 1\nline 2'
assert str(a['empty text']) == ''
")");
  EXPECT_EQ(python.exit_code, 0) << python.output;
}

}  // namespace
}  // namespace gradclinic
