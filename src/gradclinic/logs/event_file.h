#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradclinic/data/readers/bytes.h"

namespace gradclinic {

/// A number logged under a tag.
struct LoggedScalar {
  std::string tag;
  std::int64_t step = 0;
  double wall_time = 0;  ///< seconds since 1970
  double value = 0;      ///< NaN and Inf are values like any other
};

/// Values counted in buckets, as TensorBoard shows them. Bucket i holds what lies above limits[i - 1] and up to
/// limits[i].
struct LoggedHistogram {
  double least = 0;
  double largest = 0;
  double count = 0;
  double sum = 0;
  double sum_of_squares = 0;
  std::vector<double> limits;
  std::vector<double> counts;
};

/// An event file of TensorBoard's in the making (tensorflow/core/util/event.proto, summary.proto): records of Event
/// messages.
class EventFileWriter {
 public:
  /// Starts with the event that names the format's version and the writer.
  EventFileWriter(const std::string& writer, double wall_time);
  void add_scalar(const std::string& tag, std::int64_t step, double wall_time, float value);
  void add_histogram(const std::string& tag, std::int64_t step, double wall_time, const LoggedHistogram& histogram);
  /// The whole file so far.
  const std::string& file() const { return file_; }

 private:
  std::string file_;
};

/// What is read of an event file.
struct EventFile {
  std::vector<LoggedScalar> scalars;  ///< in the file's order
  std::string writer;                 ///< the program that says it wrote the file; mostly empty
  std::size_t other_values = 0;       ///< histograms, images, texts, tensors that are no scalar: passed over
  std::size_t whole_bytes = 0;        ///< of whole records; less than the file's size when it ends within one
  bool cut_short = false;             ///< as a log does whose writer is at work, or was killed
};

/// Reads the scalars, both the older `simple_value` and TensorFlow 2's tensors of one number (float, double, bfloat16
/// and half, integers), as torch.utils.tensorboard, Keras and others write them. Damage throws BadInput naming `name`
/// and the offset.
EventFile read_event_file(Bytes file, const std::string& name);

}  // namespace gradclinic
