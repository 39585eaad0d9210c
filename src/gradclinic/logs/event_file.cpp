#include "gradclinic/logs/event_file.h"

#include <optional>

#include "gradclinic/logs/event_fields.h"
#include "gradclinic/logs/little_endian.h"
#include "gradclinic/logs/tensor_message.h"
#include "gradclinic/logs/tfrecord.h"
#include "gradclinic/logs/wire.h"

namespace gradclinic {
namespace {

using Type = WireField::Type;

/// One of a summary's values, added to the file's when it is a number.
void read_value(WireReader value, std::int64_t step, double wall_time, EventFile& read) {
  LoggedScalar scalar{.tag = {}, .step = step, .wall_time = wall_time};
  std::optional<double> number;
  while (const auto field = value.next()) {
    if (field->number == value_field::kTag && field->type == Type::bytes)
      scalar.tag = text_of(field->bytes);
    else if (field->number == value_field::kSimpleValue && field->type == Type::bits32)
      number = field->as_float();
    else if (field->number == value_field::kTensor && field->type == Type::bytes)
      number = tensor_number(value.inside(*field));
  }
  if (number) {
    scalar.value = *number;
    read.scalars.push_back(std::move(scalar));
  } else {
    ++read.other_values;
  }
}

void read_source(WireReader source, EventFile& read) {
  while (const auto field = source.next())
    if (field->number == source_field::kWriter && field->type == Type::bytes) read.writer = text_of(field->bytes);
}

void read_event(WireReader event, EventFile& read) {
  double wall_time = 0;
  std::int64_t step = 0;
  std::vector<WireField> summaries;
  while (const auto field = event.next()) {
    if (field->number == event_field::kWallTime && field->type == Type::bits64) wall_time = field->as_double();
    if (field->number == event_field::kStep && field->type == Type::varint) step = field->as_integer();
    if (field->number == event_field::kSource && field->type == Type::bytes) read_source(event.inside(*field), read);
    if (field->number == event_field::kSummary && field->type == Type::bytes) summaries.push_back(*field);
  }
  for (const WireField& field : summaries)
    for (WireReader summary = event.inside(field); const auto value = summary.next();)
      if (value->number == summary_field::kValue && value->type == Type::bytes)
        read_value(summary.inside(*value), step, wall_time, read);
}

}  // namespace

EventFile read_event_file(Bytes file, const std::string& name) {
  EventFile read;
  TfrecordReader records(file, name);
  while (const std::optional<Bytes> record = records.next())
    read_event({*record, name, static_cast<std::size_t>(record->data() - file.data())}, read);
  read.whole_bytes = records.offset();
  read.cut_short = records.cut_short();
  if (read.whole_bytes == 0 && !file.empty())
    reject_file(name, 0, "not an event file, or one cut within its first record");
  return read;
}

}  // namespace gradclinic
