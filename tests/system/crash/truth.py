"""What the exporter has to have counted, worked out from the simulator's own lists.

Written after deploy/docs/payload.md, and not after the exporter.
"""

import bisect
import collections
import datetime
import re

FINAL = {"completed": "completed", "failed": "failed", "error": "failed", "partially_completed": "partial"}
FAMILIES = {  # name: path below /api/v1/cckm/, and the array that names the domains
    "dsm": ("dsm/refresh", "domains"),
    "external-cm": ("external-cm/refresh", "domains"),
    "hsm-luna": ("hsm/luna/refresh", "partitions"),
    "aws": ("aws/synchronization-jobs", None),
    "google": ("google/synchronization-jobs", None),
}


def nanoseconds(stamp):
    """Nanoseconds since 1970 of an RFC 3339 time in UTC."""
    whole, fraction = re.fullmatch(r"([^.]+?)(?:\.(\d+))?Z", stamp).groups()
    second = datetime.datetime.fromisoformat(whole + "+00:00").timestamp()
    return int(second) * 10**9 + int((fraction or "0").ljust(9, "0"))


def is_finished(job):
    return job["overall_status"] in FINAL


def domain_ends(job, domain_field):
    """The end of each domain of a finished job that ended as a whole as `overall`: (overall, {domain: end})."""
    overall = "cancelled" if job["abort"] else FINAL[job["overall_status"]]
    texts = job.get("detailed_status") or {}
    otherwise = "cancelled" if overall == "cancelled" else "failed"
    ends = {domain: "unknown" if overall == "partial" else overall
            for domain in (job[domain_field] if domain_field else [])}
    for domain, text in texts.items():
        good = text.lower().rstrip(".").endswith("synchronized successfully")
        ends[domain] = "completed" if good else otherwise
    if overall == "completed" and "failed" in ends.values():
        overall = "failed" if set(ends.values()) == {"failed"} else "partial"
    return overall, ends


class Truth:
    """The samples that the counters and histograms must have in the end."""

    def __init__(self):
        self.durations = collections.defaultdict(list)  # histogram and labels: seconds
        self.counters = collections.Counter()
        self.refreshes = 0

    def add(self, family, job):
        overall, ends = domain_ends(job, FAMILIES[family][1])
        seconds = (nanoseconds(job["completed_at"]) - nanoseconds(job["createdAt"])) / 1e9
        self.refreshes += 1
        self.durations["cckm_refresh_duration_seconds", family, "status", overall].append(seconds)
        for domain, end in ends.items():
            self.counters[family, domain, end] += 1
            if end == "completed":
                self.durations["cckm_domain_refresh_duration_seconds", family, "domain_id", domain].append(seconds)

    def differences(self, samples):
        """What is not so in these samples; one sentence each."""
        found = []
        for name, labels in sorted(samples):
            label = dict(labels)
            value = samples[name, labels]
            if name == "cckm_domain_refreshes_total":
                expected = self.counters[label["cloud"], label["domain_id"], label["status"]]
            else:
                expected = self._histogram_sample(name, label)
            if abs(value - expected) > 1e-6 * max(1, expected):
                found.append(f"{name}{label} is {value}, expected {expected}")
        shown = {(dict(labels)["cloud"], dict(labels).get("domain_id")) for _, labels in samples}
        for family, domain, _ in self.counters:
            if (family, domain) not in shown:
                found.append(f"{family} {domain} is not shown")
        return found

    def _histogram_sample(self, name, label):
        histogram, kind = name.rsplit("_", 1)
        key = "domain_id" if "domain_id" in label else "status"
        durations = sorted(self.durations[histogram, label["cloud"], key, label[key]])
        if kind == "sum":
            return sum(durations)
        bound = float(label["le"]) if kind == "bucket" else float("inf")
        return bisect.bisect_right(durations, bound)
