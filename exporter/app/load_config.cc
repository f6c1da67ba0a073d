#include "exporter/app/load_config.h"

#include "exporter/config/shard.h"

namespace cckm {
namespace {

ConfigResult LoadWhole(const CommandLine& flags) {
  if (!flags.target) return LoadConfigFile(flags.config_file);
  Config config;
  config.targets.push_back(*flags.target);
  return config;
}

}  // namespace

ConfigResult LoadConfig(const CommandLine& flags) {
  ConfigResult config = LoadWhole(flags);
  if (!config) return config;
  std::erase_if(config->targets, [&flags](const TargetConfig& target) {
    return ShardOf(target.name, flags.shard_count) != flags.shard_index;
  });
  return config;
}

}  // namespace cckm
