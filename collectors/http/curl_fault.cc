#include "collectors/http/curl_fault.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

namespace cckm {
namespace {

// What a code means while the request is on its way, or before anything else is known.
struct CurlFault {
  CURLcode code;
  ErrorKind kind;
  const char* cause;  // null: libcurl's own words
};

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
    {CURLE_FAILED_INIT, ErrorKind::kInternal, nullptr},
    {CURLE_UNSUPPORTED_PROTOCOL, ErrorKind::kReset, "the answer is not HTTP/1"},
    {CURLE_FILESIZE_EXCEEDED, ErrorKind::kTooLarge, "the body is over the size limit"},
    {CURLE_WRITE_ERROR, ErrorKind::kTooLarge, "the answer is over the size limit"},
    // libcurl 7.88 says so of a header line of more than 100 kB, newer ones have a code for it.
    {CURLE_OUT_OF_MEMORY, ErrorKind::kTooLarge, "a header line is too long"},
#if LIBCURL_VERSION_NUM >= 0x080600
    {CURLE_TOO_LARGE, ErrorKind::kTooLarge, "a header line is too long"},
#endif
};

// What every code of kFaults means in an earlier phase.
struct PhaseRule {
  ConnectionPhase phase;
  ErrorKind on_timeout;
  ErrorKind otherwise;
};
constexpr PhaseRule kPhaseRules[] = {
    {ConnectionPhase::kResolving, ErrorKind::kDns, ErrorKind::kDns},
    {ConnectionPhase::kConnecting, ErrorKind::kTimeout, ErrorKind::kConnect},
    {ConnectionPhase::kProxyHandshake, ErrorKind::kTimeout, ErrorKind::kTls},
    {ConnectionPhase::kHandshake, ErrorKind::kTimeout, ErrorKind::kTls},
};

// What libcurl, or OpenSSL below it, says in words that tell nobody what to do.
struct BetterWords {
  ConnectionPhase phase;
  std::string_view theirs;  // a part of them
  std::string_view ours;
};
constexpr std::string_view kNoTls =
    "it does not speak TLS on this port; is that one for plain HTTP?";
constexpr BetterWords kBetterWords[] = {
    {ConnectionPhase::kHandshake, "wrong version number", kNoTls},
    {ConnectionPhase::kProxyHandshake, "wrong version number", kNoTls},
    {ConnectionPhase::kResolving, "thread failed to start",
     "the system gives no thread or descriptor to ask a name server with; look at the limits of "
     "the process"},
};

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

const CurlFault* FindFault(CURLcode code) {
  const auto* found = std::ranges::find(kFaults, code, &CurlFault::code);
  return found != std::end(kFaults) ? found : nullptr;
}

// A code that is not in the table is ErrorKind::kInternal, in whatever phase.
ErrorKind KindOf(CURLcode code, ConnectionPhase phase) {
  const CurlFault* const fault = FindFault(code);
  if (fault == nullptr) return ErrorKind::kInternal;
  for (const PhaseRule& rule : kPhaseRules) {
    if (rule.phase != phase) continue;
    return code == CURLE_OPERATION_TIMEDOUT ? rule.on_timeout : rule.otherwise;
  }
  return fault->kind;
}

// A reset says that the peer had taken the connection, where ECONNREFUSED says that nobody did: a
// peer that resets at once may be faster than libcurl, which then says that it could not connect.
bool IsConnectedAndReset(const FailedTransfer& failed) {
  return failed.phase == ConnectionPhase::kConnecting && failed.code == CURLE_COULDNT_CONNECT &&
         failed.connect_error == ECONNRESET && failed.urls.proxy.empty();
}

ConnectionPhase PhaseOf(const FailedTransfer& failed) {
  if (!IsConnectedAndReset(failed)) return failed.phase;
  return failed.urls.scheme == "https" ? ConnectionPhase::kHandshake : ConnectionPhase::kExchanging;
}

std::string CauseOf(const FailedTransfer& failed) {
  if (failed.phase == ConnectionPhase::kConnecting && failed.socket_error != 0) {
    return "the system gives no socket: " + std::generic_category().message(failed.socket_error);
  }
  for (const BetterWords& row : kBetterWords) {
    if (row.phase == failed.phase && Has(failed.words, row.theirs)) return std::string(row.ours);
  }
  if (IsConnectedAndReset(failed)) return "the peer reset the connection at once";
  const CurlFault* const fault = FindFault(failed.code);
  if (failed.refusal != nullptr) return failed.refusal;
  if (fault != nullptr && fault->cause != nullptr) return fault->cause;
  return failed.words.empty() ? curl_easy_strerror(failed.code) : std::string(failed.words);
}

bool IsAtProxy(const FailedTransfer& failed) {
  if (failed.urls.proxy.empty()) return false;
  return failed.code == CURLE_COULDNT_RESOLVE_PROXY ||
         failed.phase == ConnectionPhase::kResolving ||
         failed.phase == ConnectionPhase::kConnecting ||
         failed.phase == ConnectionPhase::kProxyHandshake;
}

std::string Sentence(const FailedTransfer& failed, std::string_view cause) {
  std::string text = "request to " + failed.urls.authority + " failed";
  if (IsAtProxy(failed)) text += " at the proxy " + failed.urls.proxy_authority;
  return text.append(": ").append(cause);
}

Error RefusedByProxy(const FailedTransfer& failed) {
  constexpr long kStatusLoginWanted = 407;
  std::string cause = "the proxy " + failed.urls.proxy_authority;
  if (failed.proxy_status != kStatusLoginWanted) {
    cause += " opens no tunnel, it answered HTTP " + std::to_string(failed.proxy_status);
  } else if (failed.logs_in_to_proxy) {
    cause += " refused the login of proxy_login (HTTP 407)";
  } else {
    cause += " wants a login (HTTP 407): configure proxy_login";
  }
  return {ErrorKind::kConnect, "request to " + failed.urls.authority + " failed: " + cause};
}

// libcurl has no code for an alert that comes after the handshake, as in TLS 1.3 the one that asks
// for a client certificate does; its words are OpenSSL's.
bool IsTlsAlert(std::string_view words) {
  return Has(words, "SSL routines") && Has(words, " alert ");
}

// The alert is lost where the reset of the connection overtakes it.
bool IsRefusalOfOurCertificate(const FailedTransfer& failed) {
  return failed.is_silent_first && failed.server_asks_for_certificate;
}

std::string CertificateCause(const FailedTransfer& failed) {
  std::string cause = failed.has_certificate
                          ? "the server does not take the client certificate of cert_file"
                          : "the server wants a client certificate: configure cert_file and "
                            "key_file";
  if (!failed.words.empty()) cause.append(" (").append(failed.words).append(")");
  return cause;
}

}  // namespace

Error ErrorOf(const FailedTransfer& failed) {
  if (failed.proxy_status > 299) return RefusedByProxy(failed);
  // Of a connection that was made and reset, libcurl's code says that it was not.
  const CURLcode code = IsConnectedAndReset(failed) ? CURLE_RECV_ERROR : failed.code;
  const ErrorKind kind = KindOf(code, PhaseOf(failed));
  if (kind == ErrorKind::kReset && IsRefusalOfOurCertificate(failed)) {
    return {ErrorKind::kTls, Sentence(failed, CertificateCause(failed))};
  }
  const bool is_alert = kind == ErrorKind::kReset && IsTlsAlert(failed.words);
  return {is_alert ? ErrorKind::kTls : kind, Sentence(failed, CauseOf(failed))};
}

Error RefusedByCurl(CURLcode code) {
  return {ErrorKind::kInternal,
          std::string("libcurl refused a request: ") + curl_easy_strerror(code)};
}

}  // namespace cckm
