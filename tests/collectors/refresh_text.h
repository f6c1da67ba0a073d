// A refresh as one short line, so that a table of cases can show what it expects.
//
// For tests.  Thread-safety: pure functions.

#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "collectors/decode/decoder.h"
#include "collectors/model/refresh.h"

namespace cckm {

// "partial a=completed b=failed": the state, then each domain with its state.
inline std::string StatesOf(const Refresh& refresh) {
  std::string text(RefreshStatusName(refresh.status));
  for (const DomainRefresh& domain : refresh.domains) {
    text += " " + domain.domain_id + "=" + std::string(DomainStatusName(domain.status));
  }
  return text;
}

// "bad_timestamp unknown_status": the names of the anomalies, in the order of the enumeration.
inline std::string NamesOf(AnomalySet anomalies) {
  std::string names;
  for (std::size_t i = 0; i < kAnomalyNames.size(); ++i) {
    if (!anomalies.Has(static_cast<Anomaly>(i))) continue;
    if (!names.empty()) names += " ";
    names += kAnomalyNames[i];
  }
  return names;
}

// "schema: abort is not a boolean", or "usable" where there is a value.
template <typename T>
std::string FailureOf(const Decoded<T>& decoded) {
  if (decoded) return "usable";
  const Error& error = decoded.error().error;
  return std::string(ErrorKindName(error.kind)) + ": " + error.message;
}

}  // namespace cckm
