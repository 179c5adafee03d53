// Any bytes: the reader answers, and what it accepts can be read to the last byte without leaving the plan.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <vector>

#include "check.h"
#include "common/plan.h"

namespace {

using hoist::plan::FieldType;

void ReadText(hoist::plan::Text text) { CHECK(strlen(text.data) == text.length); }

void ReadField(hoist::plan::Cursor* cursor, FieldType type) {
  switch (type) {
    case FieldType::kInt:
      cursor->NextInt();
      return;
    case FieldType::kText:
      return ReadText(cursor->NextText());
    case FieldType::kTexts: {
      const auto texts = cursor->NextTexts();
      uint32_t count = 0;
      for (const auto text : texts) {
        ReadText(text);
        ++count;
      }
      CHECK(count == texts.count);
      return;
    }
    case FieldType::kInts: {
      const auto values = cursor->NextInts();
      int64_t sum = 0;
      for (uint32_t i = 0; i < values.count; ++i) sum ^= values[i];
      CHECK(values.count > 0 || sum == 0);
      return;
    }
    case FieldType::kBytes: {
      const auto data = cursor->NextBytes();
      const std::vector<uint8_t> copy(data.data, data.data + data.length);
      CHECK(copy.size() == data.length);
      return;
    }
  }
}

void ReadAll(const uint8_t* data, size_t size) {
  const auto verdict = hoist::plan::Check(data, size);
  if (verdict.flaw != hoist::plan::Flaw::kNone) return;
  const uint8_t* at = data + hoist::plan::kHeaderSize;
  for (uint32_t i = 0; i < verdict.header.count; ++i) {
    const auto operation = hoist::plan::ReadOperation(at);
    const auto& shape = hoist::plan::kShapes[static_cast<uint32_t>(operation.kind) - 1];
    hoist::plan::Cursor cursor(operation.fields);
    for (uint32_t f = 0; f < shape.count; ++f) ReadField(&cursor, shape.types[f]);
    at += operation.size;
  }
  CHECK(at == data + size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ReadAll(data, size);
  if (size == 0) return 0;
  // Once more behind a header that is right: the first byte is the count of operations.
  std::vector<uint8_t> bytes(hoist::plan::kHeaderSize);
  bytes.insert(bytes.end(), data + 1, data + size);
  const uint32_t words[] = {hoist::plan::kPlanMagic, hoist::plan::kPlanVersion, static_cast<uint32_t>(bytes.size()),
                            data[0]};
  memcpy(bytes.data(), words, sizeof(words));
  ReadAll(bytes.data(), bytes.size());
  return 0;
}
