"""Windows, opening hours and peaks, against a plain count minute by minute."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI
from models.departures import PlannedStop, Words
from models.routes import BookingRules, Confirmation
from services import plans
from services.occupancy import Window, at, day_of, days, is_open, peak

MIDNIGHT = at(dt.date(2026, 11, 2), "00:00")
MINUTE = dt.timedelta(minutes=1)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2090, 12, 31))
HOURS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


def window(start: int, length: int, people: int = 1) -> Window:
    return Window(MIDNIGHT + start * MINUTE, MIDNIGHT + (start + length) * MINUTE, people)


WINDOWS = st.builds(window, st.integers(0, 90), st.integers(1, 40), st.integers(1, 20))


@given(day=DAYS, hour=HOURS)
def test_an_hour_in_shanghai_is_eight_ahead_of_utc_all_year(day: dt.date, hour: str) -> None:
    moment = at(day, hour)
    shown = moment + dt.timedelta(hours=8)
    assert (shown.date(), f"{shown:%H:%M}") == (day, hour)
    assert day_of(moment) == day
    assert moment.astimezone(SHANGHAI).utcoffset() == dt.timedelta(hours=8)


@given(wanted=WINDOWS, others=st.lists(WINDOWS, max_size=8))
def test_a_peak_is_the_most_at_any_minute(wanted: Window, others: list[Window]) -> None:
    groups = people = 0
    moment = wanted.starts_at
    while moment < wanted.ends_at:
        there = [one.people for one in others if one.starts_at <= moment < one.ends_at]
        groups, people = max(groups, len(there)), max(people, sum(there))
        moment += MINUTE
    assert peak(wanted, others) == (groups, people)


@given(
    wanted=st.builds(window, st.integers(0, 3 * 24 * 60), st.integers(1, 300)),
    hours=st.lists(
        st.fixed_dictionaries({"weekday": st.integers(1, 7), "opens": HOURS, "closes": HOURS}),
        min_size=1,
        max_size=8,
    ),
)
def test_a_time_is_open_when_each_of_its_minutes_is(
    wanted: Window, hours: list[dict[str, object]]
) -> None:
    def opened(moment: dt.datetime) -> bool:
        local = moment.astimezone(SHANGHAI)
        now = f"{local:%H:%M}"
        return any(
            one["weekday"] == local.isoweekday()
            and str(one["opens"]) <= now
            and (now < str(one["closes"]) or str(one["closes"]) <= str(one["opens"]))
            for one in hours
        )

    count = (wanted.ends_at - wanted.starts_at) // MINUTE
    expected = all(opened(wanted.starts_at + number * MINUTE) for number in range(count))
    assert is_open(wanted, hours) is expected


@given(
    day=DAYS,
    hour=HOURS,
    parts=st.lists(
        st.tuples(st.integers(1, 24 * 60), st.integers(0, 24 * 60)), min_size=1, max_size=12
    ),
)
def test_windows_follow_one_another(day: dt.date, hour: str, parts: list[tuple[int, int]]) -> None:
    start = at(day, hour)
    stops = [
        (PlannedStop(key=f"stop-{number}", site="x", title=Words(zh="测")), dwell, travel)
        for number, (dwell, travel) in enumerate(parts)
    ]

    timed, ends_at = plans.timed(stops, start)

    reached = start
    for stop, (dwell, travel) in zip(timed, parts, strict=True):
        assert stop.arrives_at == reached
        assert stop.leaves_at == reached + dwell * MINUTE
        reached = stop.leaves_at + travel * MINUTE
    assert ends_at == reached
    assert days(start, ends_at)[0] == day
    assert (ends_at - start) == sum(map(sum, parts)) * MINUTE


@given(
    day=DAYS,
    hour=HOURS,
    lead=st.integers(0, 365),
    cancel=st.integers(0, 99),
    move=st.integers(0, 99),
)
def test_cut_offs_lie_before_the_start(
    day: dt.date, hour: str, lead: int, cancel: int, move: int
) -> None:
    start = at(day, hour)
    terms = BookingRules(
        lead_days=lead,
        cancel_hours=cancel,
        reschedule_hours=move,
        group_min=1,
        group_max=2,
        minimum_to_run=1,
        confirmation=Confirmation.STAFF,
    )

    found = plans.cut_offs(terms, start)

    assert found.cancel_by == start - dt.timedelta(hours=cancel)
    assert found.reschedule_by == start - dt.timedelta(hours=move)
    assert found.closes_at <= start
    if lead:
        last = found.closes_at - dt.timedelta.resolution
        assert (day - day_of(last)).days == lead
        assert day_of(found.closes_at) == day - dt.timedelta(days=lead - 1)
    else:
        assert found.closes_at == start
