"""Accounts whose events the callback gets, and the work that follows."""

from collections.abc import Callable

from jobs.worker import Worker
from models.outbox import Job, JobState
from models.visitors import PhoneSource, Visitor
from models.wechat_pushes import WechatPush
from services import personal_data, question_pictures
from services.visitors import signing_in
from tests.callback.pushing import A, Platform

FORMATS = ("json", "xml")


def work(platform: Platform) -> None:
    """Do all that is due; nothing may fail."""
    worker = Worker(platform.app.config["SETTINGS"])
    for _ in range(50):
        if not worker.step():
            break
    # The end of the wait for a picture is half an hour away.
    undone = Job.objects(state__ne=JobState.DONE, name__ne=question_pictures.END_JOB)
    failed = [job.error for job in undone]
    assert failed == []
    assert WechatPush.objects(handled_at=None).count() == 0


def sign_in(platform: Platform, name: str = A) -> Visitor:
    """Sign somebody in by WeChat."""
    return signing_in.with_wechat(platform.simulator.login_code(name)).visitor


def give_phone(visitor: Visitor, source: PhoneSource = PhoneSource.WECHAT) -> None:
    """Write a number, of whatever source, to an account."""
    sealed = personal_data.sealed(Visitor, visitor.id, {"phone": "+8613800138000"})
    Visitor.objects(id=visitor.id).update(**sealed, phone_source=source)


def run_again(work_off: Callable[[], None]) -> None:
    """Let every job run again, as after a kill at its end."""
    WechatPush.objects.update(unset__handled_at=True)
    Job.objects.update(set__state=JobState.PENDING)
    work_off()
