#include "collectors/http/curl_fault.h"

#include <algorithm>
#include <string>

namespace cckm {
namespace {

constexpr CurlFault kFaults[] = {
    {CURLE_COULDNT_RESOLVE_HOST, ErrorKind::kDns, nullptr},
    {CURLE_COULDNT_RESOLVE_PROXY, ErrorKind::kDns, nullptr},
    {CURLE_COULDNT_CONNECT, ErrorKind::kConnect, nullptr},
    {CURLE_PROXY, ErrorKind::kConnect, nullptr},
    {CURLE_OPERATION_TIMEDOUT, ErrorKind::kTimeout, nullptr},
    {CURLE_SSL_CONNECT_ERROR, ErrorKind::kTls, nullptr},
    {CURLE_PEER_FAILED_VERIFICATION, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CERTPROBLEM, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CLIENTCERT, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CIPHER, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CACERT_BADFILE, ErrorKind::kTls, nullptr},
    {CURLE_SSL_CRL_BADFILE, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ISSUER_ERROR, ErrorKind::kTls, nullptr},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, ErrorKind::kTls, nullptr},
    {CURLE_SSL_INVALIDCERTSTATUS, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ENGINE_NOTFOUND, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ENGINE_SETFAILED, ErrorKind::kTls, nullptr},
    {CURLE_SSL_ENGINE_INITFAILED, ErrorKind::kTls, nullptr},
    {CURLE_SSL_SHUTDOWN_FAILED, ErrorKind::kTls, nullptr},
    {CURLE_USE_SSL_FAILED, ErrorKind::kTls, nullptr},
    {CURLE_RECV_ERROR, ErrorKind::kReset, nullptr},
    {CURLE_SEND_ERROR, ErrorKind::kReset, nullptr},
    {CURLE_GOT_NOTHING, ErrorKind::kReset, nullptr},
    {CURLE_PARTIAL_FILE, ErrorKind::kReset, nullptr},
    {CURLE_WEIRD_SERVER_REPLY, ErrorKind::kReset, nullptr},
    {CURLE_BAD_CONTENT_ENCODING, ErrorKind::kReset, nullptr},
    {CURLE_UNSUPPORTED_PROTOCOL, ErrorKind::kReset, "the answer is not HTTP/1"},
    {CURLE_FILESIZE_EXCEEDED, ErrorKind::kTooLarge, "the body is over the size limit"},
    {CURLE_WRITE_ERROR, ErrorKind::kTooLarge, "the answer is over the size limit"},
    // libcurl 7.88 says so of a header line of more than 100 kB, newer ones have a code for it.
    {CURLE_OUT_OF_MEMORY, ErrorKind::kTooLarge, "a header line is too long"},
#if LIBCURL_VERSION_NUM >= 0x080600
    {CURLE_TOO_LARGE, ErrorKind::kTooLarge, "a header line is too long"},
#endif
};

}  // namespace

CurlFault FaultOf(CURLcode code) {
  const auto* found = std::find_if(std::begin(kFaults), std::end(kFaults),
                                   [code](const CurlFault& fault) { return fault.code == code; });
  return found != std::end(kFaults) ? *found : CurlFault{code, ErrorKind::kInternal, nullptr};
}

Error RefusedByCurl(CURLcode code) {
  return {ErrorKind::kInternal,
          std::string("libcurl refused a request: ") + curl_easy_strerror(code)};
}

}  // namespace cckm
