// Small stand-ins that only record or return what they were given.

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectors/base/random.h"
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
  void Accepted(const std::shared_ptr<const Secret>& /*token*/) override { authenticated_ = true; }
  void Refused(const std::shared_ptr<const Secret>& /*token*/) override { authenticated_ = false; }
  bool authenticated() const override { return authenticated_; }

 private:
  std::shared_ptr<const Secret> token_;
  Error error_;
  bool authenticated_ = false;
};

// Keeps every update.
class RecordingListener final : public PollListener {
 public:
  void OnUpdate(PollUpdate update) override { updates.push_back(std::move(update)); }

  // Ends of polls among the updates.
  std::vector<PollSummary> Ends() const {
    std::vector<PollSummary> ends;
    for (const PollUpdate& update : updates) {
      if (update.ended) ends.push_back(*update.ended);
    }
    return ends;
  }

  std::vector<PollUpdate> updates;
};

}  // namespace cckm
