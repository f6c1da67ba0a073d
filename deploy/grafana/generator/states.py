"""Every state of a refresh, a domain, a result or a schedule's run: its number, its colour, its text."""

# Okabe and Ito's colours, which people with any kind of colour blindness can tell apart.
GREEN, RED, BLUE, ORANGE = "#009E73", "#D55E00", "#56B4E9", "#E69F00"
PURPLE, GREY, YELLOW, DARK_BLUE = "#CC79A7", "#999999", "#F0E442", "#0072B2"

# The number that stands for it in a query, its colour, its text.
STATES = {
    "unknown": (0, GREY, "unknown"),
    "in_progress": (1, BLUE, "in progress"),
    "completed": (2, GREEN, "completed"),
    "failed": (3, RED, "failed"),
    "partial": (4, ORANGE, "partial"),
    "cancelled": (5, PURPLE, "cancelled"),
    "never": (6, YELLOW, "never"),
    "none": (7, DARK_BLUE, "none yet"),
    "not_found": (8, "#000000", "not found"),
    "scheduled": (9, DARK_BLUE, "scheduled"),
    "aborted": (10, ORANGE, "aborted"),
}
# Why a domain is looked at, the worst first: the number that stands for it in a query, its colour, its text.
TROUBLES = {
    "failed": (6, RED, "failed"),
    "stale": (5, ORANGE, "stale"),
    "unknown": (4, GREY, "status unknown"),
    "long": (3, BLUE, "runs long"),
    "never": (2, YELLOW, "never refreshed"),
    "unscheduled": (1, PURPLE, "no schedule"),
}
DOMAIN_STATES = ["in_progress", "completed", "failed", "cancelled", "never"]
REFRESH_STATES = ["in_progress", "completed", "partial", "failed", "cancelled", "not_found"]
RESULTS = ["none", "completed", "failed", "cancelled"]
RUNS = ["none", "scheduled", "in_progress", "completed", "failed", "aborted"]
# Of an address: two where it answers, and one more where it is in use.
ADDRESSES = [("down", RED), ("in use, no answer", ORANGE), ("answers", BLUE), ("in use", GREEN)]
