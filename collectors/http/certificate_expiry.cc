#include "collectors/http/certificate_expiry.h"

#include <openssl/asn1.h>

#include <ctime>

namespace cckm {

std::optional<WallTime> EndOfValidity(const X509& certificate) {
  constexpr int kLastYear = 2261;
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &broken_down) != 1) return std::nullopt;
  if (broken_down.tm_year > kLastYear - 1900) broken_down.tm_year = kLastYear - 1900;
  return WallTime(std::chrono::seconds(timegm(&broken_down)));
}

}  // namespace cckm
