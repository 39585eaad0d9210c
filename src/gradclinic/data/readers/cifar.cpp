#include "gradclinic/data/readers/cifar.h"

namespace gradclinic {
namespace {
constexpr std::size_t kRecord = 1 + CifarBatch::kPixels;
}  // namespace

CifarBatch::CifarBatch(Bytes file, const std::string& name) : file_(file) {
  if (file.empty()) reject_file(name, 0, "no CIFAR-10 records", "", "the file is empty");
  const std::size_t rest = file.size() % kRecord;
  if (rest != 0)
    reject_file(name, file.size() - rest, "ends within a record of 3073 bytes", std::to_string(rest) + " bytes");
  for (Index record = 0; record < records(); ++record) {
    if (label(record) >= kClasses)
      reject_file(name, static_cast<std::size_t>(record) * kRecord, "a label above 9", std::to_string(label(record)),
                  "CIFAR-10's binary version is needed (cifar-10-binary.tar.gz)");
  }
}

Index CifarBatch::records() const { return static_cast<Index>(file_.size() / kRecord); }
std::uint8_t CifarBatch::label(Index record) const { return file_[static_cast<std::size_t>(record) * kRecord]; }
Bytes CifarBatch::pixels(Index record) const {
  return file_.subspan(static_cast<std::size_t>(record) * kRecord + 1, kPixels);
}

}  // namespace gradclinic
