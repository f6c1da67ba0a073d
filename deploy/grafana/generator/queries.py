"""The queries that both dashboards ask.

Each counts once what two exporters see that watch the same appliance, as after a mistake or while one replaces the
other, and works whether Prometheus keeps classic histograms or native ones.
"""

from states import STATES

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

# The labels that tell one from another.
EACH_DOMAIN = "target, cloud, domain_id"
EACH_REFRESH = "target, cloud, refresh_id"
EACH_SCHEDULE = "target, schedule_id"


def of_each(each, metric, *matchers):
    """A metric of each thing; of two exporters that watch the same targets, the higher number counts."""
    return f"max by ({each}) ({metric}{{{','.join(filter(None, matchers))}}})"


def expected(matchers):
    """How often each domain has to be refreshed; of two exporters, the shorter time counts."""
    return f"min by ({EACH_DOMAIN}) (cckm_domain_expected_interval_seconds{{{matchers}}})"


def last_success(matchers):
    return of_each(EACH_DOMAIN, "cckm_domain_refresh_last_success_timestamp_seconds", matchers)


def coded(metric, matchers, label, states, by):
    """One number for each thing instead of a series for each of its states: the code of STATES.

    A state that is not listed is 0, unknown.  Of two exporters that watch the same targets, the higher number counts.
    """
    parts = [f'{STATES[state][0]} * {metric}{{{matchers},{label}="{state}"}}' for state in states]
    return f"max by ({by}) (\n  " + "\n  or\n  ".join(parts) + "\n)"


def named(expression, matchers):
    """The expression with the labels domain and connection; a domain without a known name is called by its ID.

    Of two exporters, one of which knows no name yet, the other's counts.
    """
    labels = f"{EACH_DOMAIN}, domain, connection"
    info = "max by (%s) (cckm_domain_info{%s,domain%s})"
    return f"""{expression}
* on ({EACH_DOMAIN}) group_left (domain, connection)
clamp_max(
  topk by ({EACH_DOMAIN}) (1,
    2 * {info % (labels, matchers, '!=""')}
    or
    label_replace({info % (labels, matchers, '=""')}, "domain", "$1", "domain_id", "(.+)")
  ),
  1
)"""


def age(matchers):
    """How long ago each domain was refreshed successfully."""
    return f"time() - {last_success(matchers)}"


def limit(matchers):
    """How old each domain's last success may be: two intervals, or what is chosen where none is expected."""
    return f"""(
  2 * {expected(matchers)}
  or on ({EACH_DOMAIN})
  $stale + 0 * {last_success(matchers)}
)"""


def quantile(q, histogram, matchers, by="", window="$__rate_interval", at=""):
    """Of the observations in the window that ends at each moment, or at `at`: "@ end()" is computed once for a range.

    From classic buckets, or from native ones where Prometheus keeps those.  A second exporter changes no quantile.
    """

    def observations(metric):
        return f"rate({metric}{{{matchers}}}[{window}]{' ' + at if at else ''})"

    classic = f"sum by ({by + ', ' if by else ''}le) ({observations(histogram + '_bucket')})"
    native = f"sum{f' by ({by})' if by else ''} ({observations(histogram)})"
    return f"histogram_quantile({q}, {classic})\nor\nhistogram_quantile({q}, {native})"


def quantiles(histogram, matchers, named):
    """Several at once, of all observations in the time shown: the label `quantile` tells which."""
    parts = [
        f'label_replace(\n{quantile(q, histogram, matchers, window="$__range")},\n"quantile", "{name}", "", "")'
        for q, name in named
    ]
    return "\nor\n".join(parts)


def observed(histogram, matchers, by, labels, window="$__rate_interval"):
    """How many observations were made, each counted once however many exporters watch; classic or native."""
    classic = f"sum by ({by}) (max by ({labels}) (increase({histogram}_count{{{matchers}}}[{window}])))"
    native = f"sum by ({by}) (max by ({labels}) (histogram_count(increase({histogram}{{{matchers}}}[{window}]))))"
    return f"{classic}\nor\n{native}"


def buckets(histogram, matchers, labels):
    """Observations by bucket.  Native histograms know no maximum: with two exporters they are counted twice."""
    return (
        f"sum by (le) (max by ({labels}, le) (increase({histogram}_bucket{{{matchers}}}[$__rate_interval])))\n"
        f"or on ()\nsum(increase({histogram}{{{matchers}}}[$__rate_interval]))"
    )


def query(expression, legend="", **more):
    return {"datasource": DATASOURCE, "expr": expression, "legendFormat": legend or "__auto", "range": True, **more}


def instant(expression, legend=""):
    return query(expression, legend, instant=True, range=False)


def row_of_table(expression):
    return query(expression, instant=True, range=False, format="table")


def numbered(targets):
    return [{**target, "refId": chr(ord("A") + position)} for position, target in enumerate(targets)]
