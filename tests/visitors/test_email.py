"""Signing in with a one-time code by e-mail."""

import datetime as dt
import re
from collections.abc import Callable
from email import message_from_string, policy
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.clock import now
from jobs.worker import Worker
from models.outbox import Job, JobState
from models.visitors import EmailCode, Visitor
from services import personal_data
from services.visitors import email_codes
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import API, code
from tests.visitors.smtp import SmtpServer

EMAIL = f"{API}/sessions/email"
GUEST = "guest.a@example.org"
NewApp = Callable[..., Flask]


def ask(client: FlaskClient, address: str = GUEST, **options: Any) -> dict[str, Any]:
    answer = client.post(EMAIL, json={"email": address}, **options)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.get_json())


def confirm(client: FlaskClient, challenge: str, given: str) -> TestResponse:
    return client.post(f"{EMAIL}/confirm", json={"challenge": challenge, "code": given})


def work_off(app: Flask) -> None:
    worker = Worker(app.config["SETTINGS"])
    for _ in range(50):
        if not worker.step():
            return
    raise AssertionError("the queue does not run empty")


def mailed(simulator: RunningSimulator, address: str = GUEST) -> list[str]:
    """Return the codes that came to an address, the newest first."""
    answer = simulator.ask("GET", "/__sim__/mail", to=address)
    return [re.findall(r"\b\d{6}\b", mail["text"])[0] for mail in answer.body["items"]]


def test_a_code_by_mail_signs_in(
    visitor_app: Flask, anybody: FlaskClient, simulator: RunningSimulator
) -> None:
    challenge = ask(anybody, "  Guest.A@Example.ORG ")["challenge"]
    work_off(visitor_app)
    (given,) = mailed(simulator)
    answer = confirm(anybody, challenge, f" {given} ")
    assert answer.status_code == 201, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.get_json()["token"]
    me = anybody.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert me["email"] == "g****@example.org"
    assert EmailCode.objects.count() == 0


def test_the_same_address_is_the_same_visitor(visitor_app: Flask, anybody: FlaskClient) -> None:
    for address in (GUEST, GUEST.upper()):
        challenge = ask(anybody, address)["challenge"]
        assert confirm(anybody, challenge, email_codes.code_of(challenge)).status_code == 201
    assert Visitor.objects.count() == 1


def test_neither_address_nor_code_is_stored_in_plain(
    visitor_app: Flask, anybody: FlaskClient
) -> None:
    challenge = ask(anybody)["challenge"]
    work_off(visitor_app)
    stored = "".join(
        str(list(document._get_collection().find())) for document in (EmailCode, Job, Visitor)
    )
    assert challenge in stored
    assert GUEST not in stored
    assert email_codes.code_of(challenge) not in stored


def test_a_code_works_once(anybody: FlaskClient) -> None:
    challenge = ask(anybody)["challenge"]
    right = email_codes.code_of(challenge)
    assert confirm(anybody, challenge, right).status_code == 201
    assert code(confirm(anybody, challenge, right)) == (401, "email_code_wrong")


def test_after_a_few_tries_the_right_code_is_refused_too(anybody: FlaskClient) -> None:
    challenge = ask(anybody)["challenge"]
    right = email_codes.code_of(challenge)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(5):
        assert code(confirm(anybody, challenge, wrong)) == (401, "email_code_wrong")
    assert code(confirm(anybody, challenge, right)) == (401, "email_code_wrong")


def test_a_code_lives_for_minutes(anybody: FlaskClient) -> None:
    answer = ask(anybody)
    ends = dt.datetime.fromisoformat(answer["expires_at"])
    assert dt.timedelta(minutes=9) < ends - now() <= dt.timedelta(minutes=10)
    EmailCode.objects.update(set__expires_at=now() - dt.timedelta(seconds=1))
    right = email_codes.code_of(answer["challenge"])
    assert code(confirm(anybody, answer["challenge"], right)) == (401, "email_code_wrong")


def test_another_challenges_code_is_none(anybody: FlaskClient) -> None:
    one, two = ask(anybody)["challenge"], ask(anybody, "guest.b@example.org")["challenge"]
    assert code(confirm(anybody, one, email_codes.code_of(two))) == (401, "email_code_wrong")


@pytest.mark.parametrize("challenge", ["x", "$ne", "0" * 16, "\u4e2d\u6587", "a" * 40])
def test_a_challenge_that_is_none_reads_like_a_wrong_code(
    anybody: FlaskClient, challenge: str
) -> None:
    assert code(confirm(anybody, challenge, "123456")) == (401, "email_code_wrong")


def test_nobody_learns_whether_an_address_has_an_account(anybody: FlaskClient) -> None:
    challenge = ask(anybody)["challenge"]
    confirm(anybody, challenge, email_codes.code_of(challenge))
    known, unknown = ask(anybody), ask(anybody, "guest.b@example.org")
    assert known.keys() == unknown.keys() == {"challenge", "expires_at"}
    assert Visitor.objects.count() == 1, "an account comes with a right code only"


@pytest.mark.parametrize(
    "address",
    [
        *("nobody", "@example.org", "a@b", "a b@example.org", "a@example.org\nBcc: b@example.org"),
        *("a@example.org,b@example.org", "a@b@example.org", "\u4e2d@example.org", "a@exa_mple.org"),
        *("<a@example.org>", "a@example..org", "a" * 65 + "@example.org"),
    ],
)
def test_what_is_no_address_is_refused(anybody: FlaskClient, address: str) -> None:
    answer = anybody.post(EMAIL, json={"email": address})
    assert code(answer) == (400, "invalid")
    assert list(answer.get_json()["error"]["fields"]) == ["email"]
    assert EmailCode.objects.count() == 0


def test_codes_to_one_address_are_limited_whoever_asks(visitor_app: Flask) -> None:
    statuses = [
        visitor_app.test_client()
        .post(EMAIL, json={"email": GUEST}, environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"})
        .status_code
        for number in range(7)
    ]
    assert statuses == [202] * 5 + [429] * 2


def test_codes_that_one_network_asks_for_are_limited(anybody: FlaskClient) -> None:
    statuses = [
        anybody.post(EMAIL, json={"email": f"guest{number}@example.org"}).status_code
        for number in range(12)
    ]
    assert statuses == [202] * 10 + [429] * 2


def test_the_message_is_in_the_language_of_the_request(
    visitor_app: Flask, anybody: FlaskClient, simulator: RunningSimulator
) -> None:
    ask(anybody, query_string={"lang": "en"})
    work_off(visitor_app)
    (mail,) = simulator.control("GET", "mail")["items"]
    assert mail["subject"].startswith("Your sign-in code")


def test_a_mail_server_that_is_away_is_tried_again(
    visitor_app: Flask, anybody: FlaskClient, simulator: RunningSimulator
) -> None:
    simulator.end()
    try:
        challenge = ask(anybody)["challenge"]
        work_off(visitor_app)
        job = Job.objects.get(name=email_codes.SEND_JOB)
        assert (job.state, EmailCode.objects.get(id=challenge).sent_at) == (JobState.PENDING, None)
        assert GUEST not in job.error
    finally:
        simulator.start()
    Job.objects.update(set__run_at=now())
    work_off(visitor_app)
    assert mailed(simulator) == [email_codes.code_of(challenge)]


def test_a_job_that_runs_again_sends_no_second_message(
    visitor_app: Flask, anybody: FlaskClient, simulator: RunningSimulator
) -> None:
    ask(anybody)
    work_off(visitor_app)
    for sent in ({"set__sent_at": now()}, {"unset__sent_at": 1}):  # killed after sending, too
        EmailCode.objects.update(**sent)
        Job.objects.update(set__state=JobState.PENDING)
        work_off(visitor_app)
    assert len(mailed(simulator)) == 1


def test_mail_goes_out_by_smtp(new_app: NewApp) -> None:
    with SmtpServer() as server:
        app = new_app(
            MAILBOX_URL="",
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(server.port),
            SMTP_SECURITY="none",
            MAIL_FROM="招商工具箱 <toolbox@example.org>",
        )
        challenge = ask(app.test_client())["challenge"]
        work_off(app)
        (text,) = server.messages
    message = message_from_string(text, policy=policy.default)
    assert message["To"] == GUEST
    assert message["Message-ID"] == f"<{challenge}@example.org>"
    assert email_codes.code_of(challenge) in message.get_content()


def test_an_address_that_its_server_refuses_is_not_tried_again(new_app: NewApp) -> None:
    with SmtpServer() as server:
        server.refusal = "550 nobody here"
        app = new_app(
            MAILBOX_URL="",
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(server.port),
            SMTP_SECURITY="none",
            MAIL_FROM="toolbox@example.org",
        )
        ask(app.test_client())
        work_off(app)
    assert Job.objects.get(name=email_codes.SEND_JOB).state is JobState.DONE


def test_without_a_mail_server_there_is_no_sign_in_by_mail(new_app: NewApp) -> None:
    client = new_app(MAILBOX_URL="").test_client()
    assert code(client.post(EMAIL, json={"email": GUEST})) == (503, "mail_not_configured")


def test_an_address_is_found_under_a_former_key(new_app: NewApp, environ: dict[str, str]) -> None:
    client = new_app().test_client()
    challenge = ask(client)["challenge"]
    assert confirm(client, challenge, email_codes.code_of(challenge)).status_code == 201
    former = environ["PERSONAL_DATA_KEY"]
    client = new_app(PERSONAL_DATA_KEY="another-" * 5, PERSONAL_DATA_OLD_KEYS=former).test_client()
    challenge = ask(client)["challenge"]
    assert confirm(client, challenge, email_codes.code_of(challenge)).status_code == 201
    (visitor,) = Visitor.objects
    assert personal_data.opened(visitor, "email") == GUEST
