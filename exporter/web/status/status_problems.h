// What is wrong, in words, and what to do about it.
//
// Thread-safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/web/status/status_model.h"

namespace cckm {

// What needs somebody's attention now besides domains and unreachable targets, in the order of
// ProblemKind.  Looks at model.targets, of which none may be left out.
std::vector<Problem> FindProblems(const StatusModel& model);

// The problem's kind as /api/v1/status calls it, how bad it is, and what to do: a sentence without
// its final dot.
std::string_view ProblemKindName(ProblemKind kind);
Level LevelOf(ProblemKind kind);
std::string_view AdviceFor(ProblemKind kind);

// The problem as a sentence without its final dot; names its subject if it has just one.
std::string SentenceOf(const Problem& problem);

// The subject as "cm-prod" or "cm-prod, dsm".
std::string NameOf(const ProblemSubject& subject);

// Both as HTML, the name of the target isolated.
std::string SentenceAsHtml(const Problem& problem);
std::string NameAsHtml(const ProblemSubject& subject);

// True once the exporter tried to get a token for the target, or used one.
bool WasTried(const ShownTarget& target);

// What is known of the certificate of a target.
enum class CertificateState : std::uint8_t { kNotSeen, kVerified, kTlsFailed, kNotVerified };
CertificateState CertificateOf(const ShownTarget& target);

// How everything stands together.
struct Verdict {
  Level level = Level::kGood;
  std::string sentence;  // without a final dot
};
Verdict Judge(const StatusModel& model);

}  // namespace cckm
