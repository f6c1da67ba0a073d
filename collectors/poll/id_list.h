// Many ids one after the other in one block of memory.
//
// Thread-safety: as a standard container.

#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace cckm {

class IdList {
 public:
  using value_type = std::string_view;

  class const_iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    const_iterator() = default;
    const_iterator(const IdList& list, std::size_t position) : list_(&list), position_(position) {}

    std::string_view operator*() const { return (*list_)[position_]; }
    const_iterator& operator++() {
      ++position_;
      return *this;
    }
    const_iterator operator++(int) {
      const const_iterator before = *this;
      ++position_;
      return before;
    }
    friend bool operator==(const const_iterator&, const const_iterator&) = default;

   private:
    const IdList* list_ = nullptr;
    std::size_t position_ = 0;
  };

  IdList() = default;
  IdList(std::initializer_list<std::string_view> ids) {
    for (const std::string_view id : ids) Add(id);
  }

  void Reserve(std::size_t ids, std::size_t bytes) {
    ends_.reserve(ids);
    text_.reserve(bytes);
  }
  void Add(std::string_view id) {
    text_.append(id);
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
  }
  std::size_t size() const { return ends_.size(); }
  // Of all ids.
  std::size_t bytes() const { return text_.size(); }
  bool empty() const { return ends_.empty(); }
  std::string_view operator[](std::size_t position) const {
    const std::size_t begin = position == 0 ? 0 : ends_[position - 1];
    return std::string_view(text_).substr(begin, ends_[position] - begin);
  }
  const_iterator begin() const { return {*this, 0}; }
  const_iterator end() const { return {*this, size()}; }

 private:
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace cckm
