#pragma once

namespace gradclinic {

// The field numbers of TensorFlow's messages that event files are made of.

namespace event_field {
inline constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSource = 10;
}
namespace source_field {
inline constexpr int kWriter = 1;
}
namespace summary_field {
inline constexpr int kValue = 1;
}
namespace value_field {
inline constexpr int kTag = 1, kSimpleValue = 2, kHistogram = 5, kTensor = 8;
}
namespace histogram_field {
inline constexpr int kLeast = 1, kLargest = 2, kCount = 3, kSum = 4, kSumOfSquares = 5, kLimits = 6, kCounts = 7;
}
namespace tensor_field {
inline constexpr int kType = 1, kShape = 2, kContent = 4, kFloat = 5, kDouble = 6, kInt = 7, kInt64 = 10, kHalf = 13;
}
namespace shape_field {
inline constexpr int kDimension = 2, kSize = 1;  // kSize within a dimension
}

/// Values of a tensor's type.
enum class TensorType { float32 = 1, float64 = 2, int32 = 3, int64 = 9, bfloat16 = 14, float16 = 19 };

}  // namespace gradclinic
