"""Compares CronExpression with Python's croniter, on 100,000 random expressions and moments.

Usage: croniter_test.py PATH-OF-cron_times

Where croniter differs from the exporter's contract, it is asked in other words:
- It knows no `?`: `*` means the same.
- Its newer versions take a range of one value, such as 3-3, for the whole field: none is asked for.
- Its versions end a weekday's a/n on Saturday or on the Sunday after it: none is asked for.
- It takes a day field that allows every day, as `*/1` does, for one that is not given.  Where both day fields are
  given, every day is due then: it is asked with `*` for both.
- Where both are given and the day of month never comes, as 30 February, it fails although the weekdays come: it is
  asked with the weekdays alone.
- In February it counts the days up to a 30th or 31st and so passes over the first days of March.  Where its answer lies
  in March or later, it is asked again from the beginning of March.
- Its get_prev() takes 28 for the last day of every February, so only get_next() is asked: the last time at or before a
  moment is a time, and the one after it is the next one after the moment.
"""

import random
import subprocess
import sys
from datetime import datetime, timezone

from croniter import CroniterBadDateError, croniter

SEED = 20240229
PAIRS = 100_000
LATEST = 8_800_000_000  # in 2248

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()
# Lowest and highest value, names from the lowest upwards.
FIELDS = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, MONTHS), (0, 7, WEEKDAYS)]
DAY_FIELDS = (2, 4)


def random_value(rng, field, lowest=None):
    first, last, names = FIELDS[field]
    number = rng.randint(first if lowest is None else lowest, last)
    is_named = number - first < len(names) and rng.random() < 0.5
    name = names[number - first] if is_named else ""
    text = rng.choice([name, name.upper(), name.title()]) or rng.choice(["", "0"]) + str(number)
    return number, text


def random_element(rng, field):
    shape = rng.choice(["value", "value", "range", "every", "from", "steps"])
    step = rng.choice([1, 2, 3, 5, 7, 10, 15, 20, 40])
    first, text = random_value(rng, field)
    if (first == FIELDS[field][1] and shape in ("range", "steps")) or (field == 4 and shape == "from"):
        shape = "value"
    if shape == "every":
        return f"*/{step}"
    if shape == "from":
        return f"{text}/{step}"
    if shape == "value":
        return text
    _, end = random_value(rng, field, first + 1)
    if field == 4 and first > 0 and rng.random() < 0.2:
        end = rng.choice(["0", "7", "sun", "SUN"])
    return f"{text}-{end}" + (f"/{step}" if shape == "steps" else "")


def random_field(rng, field):
    if rng.random() < 0.4:
        return rng.choice("*?") if field in DAY_FIELDS else "*"
    return ",".join(random_element(rng, field) for _ in range(rng.choice([1, 1, 1, 2, 3])))


RARE = ["29 2 *", "29 feb ?", "29-31 2 *", "30 2 *", "31 feb,apr,jun *", "30,31 2 mon", "29 2 sun", "31 */2 *"]


def random_expression(rng):
    fields = [random_field(rng, field) for field in range(5)]
    if rng.random() < 0.05:
        fields[2:] = rng.choice(RARE).split()
    return " ".join(fields)


def random_moment(rng):
    """Any second, or one close to a turn of the year, to the end of February or to a whole minute."""
    moment = rng.randrange(86400, LATEST)
    if rng.random() < 0.3:
        moment -= moment % 60 - rng.choice([-1, 0, 1])
    if rng.random() < 0.2:
        year, day = rng.randint(0, 270), rng.choice([0, 57, 58, 59, 60, 364])
        moment = int((year * 365.2425 + day + rng.random()) * 86400) + 86400
    return moment


def next_march(moment):
    """The first beginning of a March after the moment."""
    year = datetime.fromtimestamp(moment, timezone.utc).year
    marches = (int(datetime(one, 3, 1, tzinfo=timezone.utc).timestamp()) for one in (year, year + 1))
    return next(march for march in marches if march > moment)


class Oracle:
    """croniter, asked so that it answers by the contract."""

    def __init__(self, expression):
        minute, hour, day, month, weekday = expression.replace("?", "*").split()
        both_given = day != "*" and weekday != "*"
        self._iterator = self._make(minute, hour, day, month, weekday)
        if both_given and any("*" in self._iterator.expanded[field] for field in DAY_FIELDS):
            self._iterator = self._make(minute, hour, "*", month, "*")
        self._by_weekday = self._make(minute, hour, "*", month, weekday) if both_given else None

    @staticmethod
    def _make(*fields):
        # Eight years lie between 29 February 2096 and the next.
        return croniter(" ".join(fields), 0, max_years_between_matches=9)

    def next_after(self, moment):
        try:
            follower = int(self._iterator.get_next(start_time=moment))
            march = next_march(moment)
            while follower > march:
                follower = int(self._iterator.get_next(start_time=march - 60))
                march = next_march(march)
            return follower
        except CroniterBadDateError:
            if self._by_weekday is None:
                return None
            return int(self._by_weekday.get_next(start_time=moment))


def fault(expression, moment, answer):
    """What is wrong with the answer, or nothing."""
    oracle = Oracle(expression)
    if answer == "-\t-":
        follower = oracle.next_after(moment)
        return "" if follower is None else f"croniter has {follower}"
    try:
        last, following = map(int, answer.split("\t"))
    except ValueError:
        return "not two times"
    if not last <= moment < following:
        return "the moment does not lie between the two"
    if oracle.next_after(last - 60) != last:
        return f"{last} is no time of croniter's"
    follower = oracle.next_after(last)
    return "" if follower == following else f"after {last} croniter has {follower}"


def main():
    rng = random.Random(SEED)
    pairs = [(random_expression(rng), random_moment(rng)) for _ in range(PAIRS)]
    lines = "".join(f"{expression}\t{moment}\n" for expression, moment in pairs)
    answers = subprocess.run([sys.argv[1]], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    if len(answers) != PAIRS:
        sys.exit(f"{PAIRS} lines were asked and {len(answers)} answered")
    faults = 0
    for (expression, moment), answer in zip(pairs, answers):
        reason = fault(expression, moment, answer)
        faults += bool(reason)
        if reason and faults <= 20:
            print(f"{expression!r} at {moment}: {answer!r}: {reason}")
    print(f"Of {PAIRS} pairs of an expression and a moment, {PAIRS - faults} agree with croniter;"
          f" {answers.count('-' + chr(9) + '-')} are never due.")
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
