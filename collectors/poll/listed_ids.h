// The ids that a reading of the list of refreshes has found so far.
//
// Of watched refreshes the watchlist's entries keep that, so that most ids are not held twice.
// Called by RefreshList and Discovery.  Thread-safety: belongs to one poller thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "collectors/poll/id_list.h"
#include "collectors/poll/watchlist.h"

namespace cckm {

class ListedIds {
 public:
  // Begins with none.
  void Clear();

  // Adds the id of a refresh that is watched, or that is not (null); false if it was there.
  bool Add(std::string_view id, Watched* watched);
  bool Has(const Watched& watched) const;
  // Holds the id of a watched refresh itself, if it is there, because its entry is to be removed.
  void Keep(const Watched& watched);

  // Takes out all of them.
  IdList TakeAll(const Watchlist& watched);

 private:
  std::uint32_t listing_ = 1;  // the number of the reading, as in Watched
  std::set<std::string, std::less<>> ids_;
  std::size_t last_bytes_ = 0;  // of all ids of the reading before
};

}  // namespace cckm
