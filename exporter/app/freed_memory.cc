#include "exporter/app/freed_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <utility>

namespace cckm {
namespace {

constexpr std::chrono::minutes kInterval{1};
constexpr std::size_t kNoticeableBytes = std::size_t{4} << 20U;

}  // namespace

void ReturnFreedMemory() { malloc_trim(0); }

std::size_t ResidentBytes() {
  std::size_t all_pages = 0;
  std::size_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> all_pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

FreedMemory::FreedMemory(std::function<std::size_t()> resident_bytes,
                         std::function<void()> give_back)
    : resident_bytes_(std::move(resident_bytes)), give_back_(std::move(give_back)) {}

void FreedMemory::ReturnIfDue(SteadyTime now) {
  const std::size_t resident = resident_bytes_();
  const bool is_over = now - returned_at_ >= kInterval;
  if (!is_over && resident < most_bytes_ + kNoticeableBytes) return;
  give_back_();
  most_bytes_ = is_over ? resident_bytes_() : resident;
  if (is_over) returned_at_ = now;
}

}  // namespace cckm
