#include "collectors/http/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>

namespace cckm {
namespace {

using Bio = std::unique_ptr<BIO, FreeWith<&BIO_free_all>>;

Bio Open(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

int NoPassphrase(char* /*out*/, int /*size*/, int /*is_writing*/, void* /*data*/) { return 0; }

Certificate NextCertificate(BIO* text) {
  return Certificate(PEM_read_bio_X509(text, nullptr, &NoPassphrase, nullptr));
}

}  // namespace

bool ForEachCertificate(std::string_view pem, const std::function<bool(X509& certificate)>& take) {
  const Bio text = Open(pem);
  bool is_any = false;
  while (const Certificate certificate = NextCertificate(text.get())) {
    is_any = true;
    if (!take(*certificate)) return false;
  }
  if (!is_any || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) return false;
  ERR_clear_error();  // the end of the text
  return true;
}

Certificate FirstCertificate(std::string_view pem) { return NextCertificate(Open(pem).get()); }

PrivateKey ReadPrivateKey(std::string_view pem) {
  return PrivateKey(PEM_read_bio_PrivateKey(Open(pem).get(), nullptr, &NoPassphrase, nullptr));
}

std::optional<WallTime> EndOfValidity(const X509& certificate) {
  constexpr int kLastYear = 2261;
  std::tm broken_down{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &broken_down) != 1) return std::nullopt;
  if (broken_down.tm_year > kLastYear - 1900) broken_down.tm_year = kLastYear - 1900;
  return WallTime(std::chrono::seconds(timegm(&broken_down)));
}

}  // namespace cckm
