// Small stand-ins that only record or return what they were given.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/base/random.h"
#include "collectors/base/redact.h"
#include "collectors/poll/poll_update.h"
#include "collectors/session/token_source.h"

namespace cckm {

// Always the same number.
class FakeRandom final : public Random {
 public:
  explicit FakeRandom(double value = 0) : value_(value) {}
  double Uniform() override { return value_; }

 private:
  double value_;
};

// A token that a test gives and takes.
class FakeTokenSource final : public TokenSource {
 public:
  explicit FakeTokenSource(std::string token = "token") { Give(std::move(token)); }

  void Give(std::string token) {
    token_ = std::make_shared<const Secret>(std::move(token));
    authenticated_ = true;
  }
  void Take(Error error) {
    token_ = nullptr;
    error_ = std::move(error);
    authenticated_ = false;
  }

  Result<std::shared_ptr<const Secret>> Current() override {
    if (token_ == nullptr) return tl::make_unexpected(error_);
    return token_;
  }
  std::optional<Result<HttpRequest>> NextLogin() override { return std::nullopt; }
  LoginOutcome OnLoginAnswer(const HttpResult& /*response*/) override { return {}; }
  std::optional<SteadyTime> NextLoginDue() const override { return std::nullopt; }
  bool ReportsItsFaults() const override { return false; }

  void Accepted(const std::shared_ptr<const Secret>& /*token*/, bool /*is_repetition*/) override {
    authenticated_ = true;
  }
  bool Refused(const std::shared_ptr<const Secret>& /*token*/, bool /*is_repetition*/) override {
    authenticated_ = false;
    return false;
  }
  TokenState State() const override {
    return {.is_held = authenticated_, .held_until = {}, .expires_at = {}};
  }
  void Redact(std::string& text) const override {
    if (token_ != nullptr) SecretRedactor(*token_).Redact(text);
  }
  bool AppearsIn(std::string_view text) const override {
    return token_ != nullptr && SecretRedactor(*token_).AppearsIn(text);
  }

 private:
  std::shared_ptr<const Secret> token_;
  Error error_;
  bool authenticated_ = false;
};

// Keeps every update.
class RecordingListener final : public PollListener {
 public:
  void OnUpdate(PollUpdate update) override { updates.push_back(std::move(update)); }
  void OnLogin(const LoginUpdate& update) override { logins.push_back(update); }

  // Ends of polls among the updates.
  std::vector<PollSummary> Ends() const {
    std::vector<PollSummary> ends;
    for (const PollUpdate& update : updates) {
      if (update.ended) ends.push_back(*update.ended);
    }
    return ends;
  }

  std::vector<PollUpdate> updates;
  std::vector<LoginUpdate> logins;
};

}  // namespace cckm
