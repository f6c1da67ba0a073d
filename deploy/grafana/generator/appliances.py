"""Rows of the overview: how the appliances answer, and how the exporter is logged in there."""

import panels
import queries
import states
from selection import CLOUD, CLOUD_OR_LOGIN, TARGET


def appliances(page):
    page.row("Appliances: API")
    families = "target, cloud"
    polled = f"max by ({families}) (cckm_last_successful_poll_timestamp_seconds{{{CLOUD}}})"
    requests = f"cckm_api_requests_total{{{CLOUD_OR_LOGIN}}}[$__rate_interval]"
    errors = f"cckm_api_errors_total{{{CLOUD_OR_LOGIN}}}[$__rate_interval]"
    page.add(
        12,
        7,
        panels.timeline(
            "Families that can be read",
            "Whether the last poll reached the API and was authorised for the family.",
            [queries.query(f"max by ({families}) (cckm_up{{{CLOUD}}})", "{{target}} {{cloud}}")],
            panels.yes_no("up", "down"),
            links=[panels.runbook("CCKMCollectorDown")],
        ),
        panels.series(
            "Last successful poll",
            "How long ago it ended. The exporter polls as often as poll_interval says while refreshes "
            "run, and else once every heartbeat_interval.",
            [queries.query(f"time() - {polled}", "{{target}} {{cloud}}")],
            "s",
            links=[panels.runbook("CCKMPollsStale")],
        ),
    )
    page.add(
        8,
        8,
        panels.series(
            "Requests",
            "To the appliance, by HTTP status; none: without an answer. Every exporter's requests count.",
            [queries.query(f"sum by (code) (rate({requests}))", "{{code}}")],
            "reqps",
            custom={"stacking": {"mode": "normal", "group": "A"}, "fillOpacity": 60},
        ),
        panels.series(
            "Errors",
            "Faults in talking to the appliance, by their kind. Every exporter's count.",
            [queries.query(f"sum by (target, reason) (rate({errors})) > 0", "{{target}} {{reason}}")],
            "ops",
            defaults={"noValue": "no error"},
            links=[
                panels.runbook("CCKMRefreshUnanswered"),
                panels.runbook("CCKMPermissionDenied"),
                panels.runbook("CCKMRateLimited"),
            ],
        ),
        panels.series(
            "Latency of requests",
            "From start to last byte, by kind of request.",
            [
                queries.query(
                    queries.quantile(q, "cckm_api_request_duration_seconds", CLOUD_OR_LOGIN, "endpoint"),
                    f"{{{{endpoint}}}} {name}",
                )
                for q, name in ((0.5, "median"), (0.95, "95 %"))
            ],
            "s",
        ),
    )
    oddities = f"max by (target, cloud, kind) (increase(cckm_refresh_anomalies_total{{{CLOUD}}}[$__rate_interval]))"
    page.add(
        8,
        7,
        panels.series(
            "Duration of polls",
            "Of the last poll of each family.",
            [queries.query(f"max by ({families}) (cckm_poll_duration_seconds{{{CLOUD}}})", "{{target}} {{cloud}}")],
            "s",
        ),
        panels.series(
            "Watched refreshes",
            "How many are watched, how many get no usable answer, and whether the list was longer than "
            "max_refreshes (1: it was).",
            [
                queries.query(
                    f"max by ({families}) (cckm_tracked_refreshes{{{CLOUD}}})", "{{target}} {{cloud}} watched"
                ),
                queries.query(
                    f"max by ({families}) (cckm_unanswered_refreshes{{{CLOUD}}})", "{{target}} {{cloud}} unanswered"
                ),
                queries.query(
                    f"max by ({families}) (cckm_discovery_truncated{{{CLOUD}}})", "{{target}} {{cloud}} truncated"
                ),
            ],
            "none",
            links=[panels.runbook("CCKMRefreshUnanswered"), panels.runbook("CCKMDiscoveryTruncated")],
        ),
        panels.series(
            "Domains beside the rule",
            "Shown although the family's domain list does not have them, and left out because of max_domains.",
            [
                queries.query(f"max by ({families}) (cckm_{name}_domains{{{CLOUD}}})", "{{target}} {{cloud}} " + text)
                for name, text in (("unlisted", "unlisted"), ("dropped", "left out"))
            ],
            "none",
            links=[panels.runbook("CCKMDomainsUnlisted"), panels.runbook("CCKMDomainsDropped")],
        ),
        panels.series(
            "Unreadable files of refresh IDs",
            "Files that cannot be read now. The IDs that they held before are still watched.",
            [
                queries.query(
                    f"max by ({families}) (cckm_refresh_id_files_unreadable{{{CLOUD}}})", "{{target}} {{cloud}}"
                )
            ],
            "none",
            links=[panels.runbook("CCKMIDFilesUnreadable")],
        ),
        panels.bars(
            "Oddities",
            "In what the appliance says of refreshes, once for each refresh and kind.",
            [queries.query(f"sum by (target, kind) ({oddities})", "{{target}} {{kind}}")],
        ),
        panels.timeline(
            "Addresses",
            "Of each target: which one is in use, and which give no answer.",
            [
                queries.query(
                    f"2 * {of_addresses('cckm_target_address_up')} + {of_addresses('cckm_target_address_in_use')}",
                    "{{target}} {{address}}",
                )
            ],
            panels.address_mappings(),
            links=[panels.runbook("CCKMTargetAddressDown")],
        ),
    )


def of_addresses(metric):
    return f"max by (target, address) ({metric}{{{TARGET}}})"


def expiry(metric, whose):
    return f'label_replace(min by (target) ({metric}{{{TARGET}}}) - time(), "whose", "{whose}", "", "")'


def session(page):
    page.row("Appliances: login, TLS, clock")
    renewals, failures = "cckm_token_renewals_total", "cckm_token_renewal_failures_total"

    def of_targets(metric):
        return f"max by (target) ({metric}{{{TARGET}}})"

    page.add(
        8,
        7,
        panels.timeline(
            "Logged in",
            "Whether the exporter holds a valid token.",
            [queries.query(of_targets("cckm_authenticated"), "{{target}}")],
            panels.yes_no(),
            links=[panels.runbook("CCKMLoginFailing")],
        ),
        panels.series(
            "Token expires in",
            "Absent for a token from a file. Renewed in time it never comes near 0.",
            [queries.query(f"{of_targets('cckm_token_expiry_timestamp_seconds')} - time()", "{{target}}")],
            "s",
            links=[panels.runbook("CCKMLoginFailing")],
            legend=("lastNotNull", "min"),
        ),
        panels.bars(
            "Renewals of tokens",
            "Tokens that were renewed, and logins and renewals that failed.",
            [
                queries.query(
                    f"max by (target) (increase({renewals}{{{TARGET}}}[$__rate_interval]))", "{{target}} renewed"
                ),
                queries.query(
                    f"max by (target) (increase({failures}{{{TARGET}}}[$__rate_interval]))", "{{target}} failed"
                ),
            ],
            links=[panels.runbook("CCKMLoginFailing")],
        ),
        panels.stat(
            "Certificate expires in",
            "Of the TLS certificate that each target presented last, and of the one with which the exporter proves "
            "itself there, where it has one; negative: it has expired.",
            f"{expiry('cckm_tls_certificate_expiry_timestamp_seconds', 'appliance')}\nor\n"
            f"{expiry('cckm_tls_client_certificate_expiry_timestamp_seconds', 'exporter')}",
            "dtdurations",
            legend="{{target}} {{whose}}",
            thresholds=panels.steps(states.RED, (259200, states.ORANGE), (1209600, states.GREEN)),
            links=[
                panels.runbook("CCKMCertificateExpiring"),
                panels.runbook("CCKMCertificateNearlyExpired"),
                panels.runbook("CCKMClientCertificateExpiring"),
                panels.runbook("CCKMClientCertificateNearlyExpired"),
            ],
        ),
        panels.timeline(
            "TLS verification",
            "Whether the identity of the target is verified; off with insecure_skip_verify or plain HTTP.",
            [queries.query(f"min by (target) (cckm_tls_verification_enabled{{{TARGET}}})", "{{target}}")],
            panels.yes_no("on", "off"),
            links=[panels.runbook("CCKMTLSVerificationOff")],
        ),
        panels.series(
            "Clock skew",
            "The appliance's clock minus the exporter's: positive where the appliance is ahead. Durations are by "
            "the appliance's clock alone, ages by both.",
            [queries.query(of_targets("cckm_clock_skew_seconds"), "{{target}}")],
            "s",
            defaults={"min": None},
            links=[panels.runbook("CCKMClockSkew")],
        ),
    )
