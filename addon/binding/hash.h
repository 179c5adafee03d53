// BLAKE2s-256 (RFC 7693), unkeyed: names the entries of caches whose content a hostile configuration may choose.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hoist {

std::array<uint8_t, 32> blake2s(const uint8_t* data, size_t size);

/// 64 small hexadecimal digits.
std::string hex(const std::array<uint8_t, 32>& digest);

}  // namespace hoist
