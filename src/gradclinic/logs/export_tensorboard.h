#pragma once

#include <string>

#include "gradclinic/record/record.h"

namespace gradclinic {

/// How event files of ours name their writer; read_log takes their tags for what they are.
inline constexpr const char* kLogWriter = "gradclinic";

/// The tag of a column: "loss", "weight_grad.l2/layer_03"; TensorBoard makes a section of what stands before the slash.
std::string tag_of(const Column& column);
/// The column of such a tag.
Column column_of(const std::string& tag);

/// Writes a record as an event file that TensorBoard shows, FOLDER/events.out.tfevents.<started>.gradclinic: a scalar
/// for every value of every column, NaN and Inf too, and for the table "histograms" a histogram of log2 |x| for each
/// tensor and layer ("weight_grad.log2/layer_03", counts are shares of the entries, zeros stand at the lower end), with
/// the share of non-finite entries as a scalar. Steps are the record's, wall times are spread evenly over the run.
/// Throws StoreError when the file cannot be written. Returns its path.
std::string export_tensorboard(const Record& record, const std::string& folder);

}  // namespace gradclinic
