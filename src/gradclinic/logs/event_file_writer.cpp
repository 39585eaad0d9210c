#include "gradclinic/logs/event_fields.h"
#include "gradclinic/logs/event_file.h"
#include "gradclinic/logs/tfrecord.h"
#include "gradclinic/logs/wire.h"

namespace gradclinic {
namespace {

std::string event_with(std::int64_t step, double wall_time, const WireWriter& value) {
  WireWriter summary;
  summary.put_bytes(summary_field::kValue, value.message());
  WireWriter event;
  event.put_double(event_field::kWallTime, wall_time);
  event.put_integer(event_field::kStep, step);
  event.put_bytes(event_field::kSummary, summary.message());
  return tfrecord(event.message());
}

}  // namespace

EventFileWriter::EventFileWriter(const std::string& writer, double wall_time) {
  WireWriter source;
  source.put_bytes(source_field::kWriter, writer);
  WireWriter event;
  event.put_double(event_field::kWallTime, wall_time);
  event.put_bytes(event_field::kFileVersion, "brain.Event:2");
  event.put_bytes(event_field::kSource, source.message());
  file_ = tfrecord(event.message());
}

void EventFileWriter::add_scalar(const std::string& tag, std::int64_t step, double wall_time, float value) {
  WireWriter message;
  message.put_bytes(value_field::kTag, tag);
  message.put_float(value_field::kSimpleValue, value);
  file_ += event_with(step, wall_time, message);
}

void EventFileWriter::add_histogram(const std::string& tag, std::int64_t step, double wall_time,
                                    const LoggedHistogram& histogram) {
  WireWriter buckets;
  buckets.put_double(histogram_field::kLeast, histogram.least);
  buckets.put_double(histogram_field::kLargest, histogram.largest);
  buckets.put_double(histogram_field::kCount, histogram.count);
  buckets.put_double(histogram_field::kSum, histogram.sum);
  buckets.put_double(histogram_field::kSumOfSquares, histogram.sum_of_squares);
  buckets.put_doubles(histogram_field::kLimits, histogram.limits.data(), histogram.limits.size());
  buckets.put_doubles(histogram_field::kCounts, histogram.counts.data(), histogram.counts.size());
  WireWriter message;
  message.put_bytes(value_field::kTag, tag);
  message.put_bytes(value_field::kHistogram, buckets.message());
  file_ += event_with(step, wall_time, message);
}

}  // namespace gradclinic
