"""The mini-program's use: pulled from WeChat day by day, missing days caught up."""

import datetime as dt

import pytest
from flask import Flask

import application
from core.clock import now, today
from jobs import schedule
from jobs.worker import Worker
from models.outbox import Job, JobState
from models.staff import Role
from models.usage import UsageDay
from services import outbox, usage
from tests.clocks import Clock
from tests.factories import staff_client
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import code
from wechat.errors import WechatUnavailable

DAY_S = 86_400
ROUTE = "/admin/api/v1/usage"


@pytest.fixture(autouse=True)
def counted(visitor_app: Flask, simulator: RunningSimulator) -> None:
    """Let yesterday be counted, whatever the time of day."""
    del visitor_app
    simulator.advance(DAY_S)


def days_ago(number: int) -> str:
    return (today() - dt.timedelta(days=number)).isoformat()


def test_days_that_are_missing_are_fetched_once(simulator: RunningSimulator) -> None:
    assert usage.pull() == usage.CATCH_UP_DAYS
    days = UsageDay.objects.order_by("-id")
    assert (days[0].id, len(days)) == (days_ago(1), usage.CATCH_UP_DAYS)
    assert days[0].summary["users"] >= 1_000
    assert days[0].pages[0]["page"] == "pages/index/index"
    assert days[0].retention["visitors"]["0"] >= 20
    assert usage.pull() == 0
    assert len(simulator.calls("visitpage")) == usage.CATCH_UP_DAYS
    UsageDay.objects(id=days_ago(5)).delete()
    assert usage.pull() == 1
    assert UsageDay.objects(id=days_ago(5)).count() == 1


def test_what_was_fetched_stays_when_wechat_fails(simulator: RunningSimulator) -> None:
    usage.pull()
    UsageDay.objects(id__in=[days_ago(3), days_ago(2)]).delete()
    simulator.fail("dailyretaininfo", mode="drop")
    with pytest.raises(WechatUnavailable):
        usage.pull()
    assert UsageDay.objects.count() == usage.CATCH_UP_DAYS - 2, "no day is kept in part"
    simulator.mend()
    assert usage.pull() == 2


def test_yesterday_is_waited_for_and_older_days_are_not(simulator: RunningSimulator) -> None:
    usage.pull()
    UsageDay.objects(id__in=[days_ago(4), days_ago(1)]).delete()
    simulator.fail("dailysummarytrend", errcode=61504, times=1)
    assert usage.pull() == 1, "the older day has no figures today"
    UsageDay.objects(id=days_ago(1)).delete()
    simulator.fail("dailysummarytrend", errcode=61504)
    with pytest.raises(WechatUnavailable) as away:
        usage.pull()
    assert (away.value.reason, away.value.retry_after_s) == ("not_yet", 3_600)


def test_the_job_runs_each_morning_and_waits_for_wechat(
    visitor_app: Flask, simulator: RunningSimulator, clock: Clock
) -> None:
    usage.pull()
    clock.set(dt.datetime.combine(today(), dt.time(1, 30), dt.UTC))  # 9:30 in Shanghai
    UsageDay.objects.delete()
    schedule.enqueue_due()
    Job.objects(name__ne=usage.PULL_JOB).delete()
    simulator.fail("dailysummarytrend", errcode=-1)
    worker = Worker(visitor_app.config["SETTINGS"])
    worker.step()
    (job,) = Job.objects
    assert (job.state, job.attempts) == (JobState.PENDING, 0)
    simulator.mend()
    clock.advance(seconds=601)
    worker.step()
    assert Job.objects.get().state == JobState.DONE
    assert UsageDay.objects.count() == usage.CATCH_UP_DAYS


def test_a_right_that_is_missing_is_told(visitor_app: Flask, simulator: RunningSimulator) -> None:
    simulator.fail("dailysummarytrend", errcode=48001)
    outbox.enqueue(usage.PULL_JOB, {"day": days_ago(0)})
    Worker(visitor_app.config["SETTINGS"]).step()
    job = Job.objects.get()
    assert (job.state, job.error) == (JobState.FAILED, "WeChat refuses: 48001")


def test_without_a_mini_program_nothing_is_fetched(app: Flask, simulator: RunningSimulator) -> None:
    application.wire(app.config["SETTINGS"])
    assert usage.pull() == 0
    assert simulator.calls("dailysummarytrend") == []


def keys(day: str) -> list[int]:
    retention = UsageDay.objects.get(id=day).retention
    assert retention["visitors"].keys() == retention["new_visitors"].keys()
    return sorted(map(int, retention["visitors"]))


def next_day(simulator: RunningSimulator, clock: Clock, days: int = 1) -> None:
    simulator.advance(DAY_S * days)
    clock.advance(seconds=DAY_S * days)


def test_who_came_back_is_asked_again_until_a_month_is_over(
    simulator: RunningSimulator, clock: Clock
) -> None:
    # Both are at noon in Shanghai, of the day after the one at which the simulator is.
    noon = dt.datetime.combine(today() + dt.timedelta(days=2), dt.time(4), dt.UTC)
    simulator.advance((noon - now()).total_seconds() - DAY_S)
    clock.set(noon)
    usage.pull()
    first = days_ago(1)
    assert keys(first) == [0]
    next_day(simulator, clock)
    before = len(simulator.calls("dailyretaininfo"))
    assert usage.pull() == 1
    assert keys(first) == [0, 1]
    assert len(simulator.calls("dailyretaininfo")) - before == 1 + usage.AGAIN_MAX
    assert usage.pull() == 0
    assert len(simulator.calls("dailyretaininfo")) - before == 1 + usage.AGAIN_MAX
    next_day(simulator, clock, usage.RETENTION_DAYS - 1)
    usage.pull()
    assert keys(first) == list(range(usage.RETENTION_DAYS + 1))
    fetched = len(simulator.calls("dailysummarytrend"))
    next_day(simulator, clock)
    usage.pull()
    assert keys(first)[-1] == usage.RETENTION_DAYS
    assert len(simulator.calls("dailysummarytrend")) == fetched + 1, "only who came back is asked"


def test_wechat_that_is_away_loses_nothing_of_who_came_back(simulator: RunningSimulator) -> None:
    usage.pull()
    UsageDay.objects(id=days_ago(3)).update(retention_until=days_ago(3))
    before = keys(days_ago(3))
    simulator.fail("dailyretaininfo", mode="drop")
    with pytest.raises(WechatUnavailable):
        usage.pull()
    simulator.mend()
    simulator.fail("dailyretaininfo", errcode=61504)
    assert usage.pull() == 0
    assert UsageDay.objects.get(id=days_ago(3)).retention_until == days_ago(3)
    simulator.mend()
    usage.pull()
    assert (keys(days_ago(3)), UsageDay.objects.get(id=days_ago(3)).retention_until) == (
        before,
        days_ago(1),
    )


def test_staff_read_the_days(visitor_app: Flask) -> None:
    usage.pull()
    desk = staff_client(visitor_app, Role.INVESTMENT_OFFICER)
    days = {"first": days_ago(3), "last": days_ago(1)}
    items = desk.get(ROUTE, query_string=days).get_json()["items"]
    assert [one["day"] for one in items] == [days_ago(1), days_ago(2), days_ago(3)]
    assert items[0]["visits"]["visitors"] >= 20
    assert items[0]["retention"]["visitors"]["0"] >= 20
    swapped = {"first": days["last"], "last": days["first"]}
    assert code(desk.get(ROUTE, query_string=swapped)) == (400, "invalid")
