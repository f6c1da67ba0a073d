// Randomness by constructor, for jitter and spreading; never for secrets.
//
// Thread-safety: each object belongs to one thread.

#pragma once

#include <cstdint>
#include <random>

namespace cckm {

class Random {
 public:
  virtual ~Random() = default;

  // Evenly distributed in [0, 1).
  virtual double Uniform() = 0;
};

class SystemRandom final : public Random {
 public:
  SystemRandom() : engine_(std::random_device{}()) {}
  double Uniform() override { return std::generate_canonical<double, 53>(engine_); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace cckm
