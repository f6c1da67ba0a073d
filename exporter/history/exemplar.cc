#include "exporter/history/exemplar.h"

#include "collectors/base/text.h"

namespace cckm {
namespace {

constexpr std::size_t kMaxCharacters = 128;

std::size_t CharactersOf(const ExemplarLabel& label) {
  return label.name.size() + CountCharacters(label.value.text);
}

// The OpenMetrics parser of Prometheus' Python library, and what is made of it, loses the whole
// exposition to an exemplar with a quote (from 0.22 on) or a closing brace (before) in a value.
bool IsReadByEverybody(const LabelView& value) {
  return value.is_plain && value.text.find_first_of("{}") == std::string_view::npos;
}

}  // namespace

std::vector<ExemplarLabel> LabelsOf(const Exemplar& exemplar, const LabelView& domain_id) {
  std::vector<ExemplarLabel> labels = {{"refresh_id", exemplar.refresh_id}};
  const std::size_t characters = CharactersOf(labels.front());
  if (characters > kMaxCharacters) return {};
  const ExemplarLabel domain{
      "domain_id", exemplar.domain_id.text().empty() ? domain_id : LabelView(exemplar.domain_id)};
  if (!domain.value.text.empty() && IsReadByEverybody(domain.value) &&
      characters + CharactersOf(domain) <= kMaxCharacters) {
    labels.push_back(domain);
  }
  return labels;
}

}  // namespace cckm
