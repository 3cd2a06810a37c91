"""What a visitor writes is answered from published content, or becomes a question to staff."""

from collections.abc import Callable

import pytest

from models.enums import Kind, Language
from models.outbox import Job, JobState
from models.questions import Question, QuestionState
from models.visitors import Visitor
from models.wechat_pushes import WechatPush
from services import automatic_answers, content, personal_data, questions
from services.automatic_answers import HAN
from services.visitors import signing_in
from tests.callback.pushing import A, B, Platform
from tests.factories import ACTOR, create, create_live, publish
from tests.simulator.running import APPID

Work = Callable[[], None]
Texts = tuple[str, str]
BOOKING = {"title": "怎样预约一次考察？", "summary": "选动线、挑班次、填人数，提交后等待确认。"}


def faq() -> str:
    return str(create_live(Kind.FAQS, **BOOKING).id)


def said(platform: Platform, visitor: str = A) -> list[str]:
    """Return the texts that came to a phone, the oldest first."""
    return [str(one["content"]) for one in reversed(platform.received(visitor))]


def asked() -> list[str]:
    """Return what staff are asked."""
    return [
        personal_data.opened(one, "text") or "" for one in Question.objects.order_by("asked_at")
    ]


@pytest.mark.parametrize("text", ["怎样预约一次考察？", "怎么预约考察", " 预约考察 "])
def test_content_answers_with_a_link_to_its_source(
    platform: Platform, work: Work, text: str
) -> None:
    item = faq()
    platform.write(text)
    work()
    (answer,) = said(platform)
    assert "【怎样预约一次考察？】" in answer
    assert BOOKING["summary"] in answer
    assert f'data-miniprogram-appid="{APPID}"' in answer
    assert f'data-miniprogram-path="pages/faq/detail?id={item}"' in answer
    assert "人工" in answer
    assert Question.objects.count() == 0
    assert WechatPush.objects.get().answered_with == f"faqs:{item}"


def test_the_handbook_answers_where_no_question_does(platform: Platform, work: Work) -> None:
    chapter = create_live(Kind.CHAPTERS, title="提速审批", summary="审批怎样提速。").id
    platform.write("提速审批")
    work()
    (answer,) = said(platform)
    assert f"pages/handbook/chapter?id={chapter}" in answer


def test_english_is_answered_in_english(platform: Platform, work: Work) -> None:
    faq()
    platform.write("What is the weather like?")
    work()
    (answer,) = said(platform)
    assert answer.startswith("Your question went to our staff.")
    assert Question.objects.get().language is Language.EN


def bilingual(kind: Kind, chinese: Texts, english: Texts) -> str:
    """Publish an item in both languages; return its id."""
    item = create(kind, title=chinese[0], summary=chinese[1])
    translated = dict(zip(("title", "summary"), english, strict=True))
    content.translate(kind, item.id, Language.EN, translated, revision=item.revision, actor=ACTOR)
    return str(publish(item).id)


def english_faq() -> str:
    chinese = (BOOKING["title"], BOOKING["summary"])
    return bilingual(Kind.FAQS, chinese, ("How do I book a visit?", "Choose a test route."))


@pytest.mark.parametrize("text", ["How do I book a visit?", "book a visit", " BOOK a  visit? "])
def test_content_answers_in_english(platform: Platform, work: Work, text: str) -> None:
    item = english_faq()
    platform.write(text)
    work()
    (answer,) = said(platform)
    assert answer.splitlines() == [
        "【How do I book a visit?】",
        "Choose a test route.",
        f'<a data-miniprogram-appid="{APPID}" '
        f'data-miniprogram-path="pages/faq/detail?id={item}">Read more</a>',
        "Not what you need? Reply “staff” and a colleague will answer.",
    ]
    assert WechatPush.objects.get().answered_with == f"faqs:{item}"
    assert Question.objects.count() == 0


def test_an_english_answer_names_what_else_fits(platform: Platform, work: Work) -> None:
    titles = {
        bilingual(
            Kind.FAQS, (f"怎样停车 {name}？", "测试停车。"), (f"Parking {name}", "Test car park.")
        )
        for name in ("north", "south", "west")
    }
    platform.write("parking")
    work()
    (answer,) = said(platform)
    lines = answer.splitlines()
    at = lines.index("See also:")
    further = lines[at + 1 : -1]
    assert len(further) == 2
    assert all('">Parking ' in line for line in further)
    assert titles == {item for item in titles if f"pages/faq/detail?id={item}" in answer}
    assert not HAN.search(answer)


def test_the_handbook_answers_in_english(platform: Platform, work: Work) -> None:
    english_faq()
    chapter = bilingual(
        Kind.CHAPTERS,
        ("提速审批", "审批怎样提速。"),
        ("Faster approvals", "How test approvals speed up."),
    )
    platform.write("faster approvals")
    work()
    (answer,) = said(platform)
    assert answer.startswith("【Faster approvals】\nHow test approvals speed up.\n")
    assert f'pages/handbook/chapter?id={chapter}">Read more</a>' in answer
    assert not HAN.search(answer)


def test_one_item_answers_each_in_their_language(platform: Platform, work: Work) -> None:
    english_faq()
    platform.write("怎样预约一次考察？", A)
    platform.write("How do I book a visit?", B)
    work()
    (chinese,), (english,) = said(platform, A), said(platform, B)
    assert "查看全文" in chinese
    assert "Read more" not in chinese
    assert "Read more" in english
    assert not HAN.search(english)


def test_what_answers_an_english_question_perhaps_says_so(platform: Platform, work: Work) -> None:
    english_faq()
    platform.write("book a helicopter visit tomorrow")
    work()
    (answer,) = said(platform)
    assert answer.startswith("This may be what you are looking for:\n【How do I book a visit?】\n")


@pytest.mark.parametrize(
    "text", ["今天天气怎么样", "1", "😀", "。", "<script>alert(1)</script>", "a" * 2_000]
)
def test_what_no_content_answers_goes_to_staff(platform: Platform, work: Work, text: str) -> None:
    faq()
    platform.push("text", fields={"Content": text})
    work()
    assert asked() == [text]
    (question,) = Question.objects
    assert question.state is QuestionState.OPEN
    assert question.due_at == questions.due_at(question.asked_at)
    (told,) = said(platform)
    assert ("答复" in told) or ("staff" in told)


def test_what_is_not_published_answers_nobody(platform: Platform, work: Work) -> None:
    create(Kind.FAQS, **BOOKING)
    platform.write("怎样预约一次考察？")
    work()
    assert asked() == ["怎样预约一次考察？"]


@pytest.mark.parametrize("word", ["人工", "转人工。", "STAFF", " human "])
def test_who_asks_for_a_person_gets_what_they_asked_before_to_staff(
    platform: Platform, work: Work, word: str
) -> None:
    faq()
    platform.write("怎样预约一次考察？")
    work()
    platform.write(word)
    work()
    assert asked() == ["怎样预约一次考察？"]


def test_who_asks_for_a_person_at_once_is_heard(platform: Platform, work: Work) -> None:
    platform.write("人工")
    work()
    assert asked() == ["人工"]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("image", "[图片] https://picture.invalid/1.jpg"),
        ("miniprogrampage", "[小程序卡片] 测试卡片 pages/index"),
    ],
)
def test_pictures_and_cards_go_to_staff(
    platform: Platform, work: Work, kind: str, told: str
) -> None:
    platform.push(kind)
    work()
    assert asked() == [told]


def test_the_question_belongs_to_the_account(platform: Platform, work: Work) -> None:
    visitor = signing_in.with_wechat(platform.simulator.login_code(A)).visitor
    platform.write("有一个问题")
    platform.write("另一个问题", B)
    work()
    found = {one.openid: one.visitor for one in Question.objects}
    assert found == {visitor.openid: visitor.id, platform.openid(B): None}


def test_who_comes_in_is_greeted_in_their_language(platform: Platform, work: Work) -> None:
    visitor = signing_in.with_wechat(platform.simulator.login_code(A)).visitor
    Visitor.objects(id=visitor.id).update(language=Language.EN)
    for name in (A, B):
        platform.push("user_enter_tempsession", name)
    work()
    (english,), (both,) = said(platform, A), said(platform, B)
    assert english.startswith("Welcome")
    assert "您好" in both
    assert "Welcome" in both


def test_a_platform_that_hangs_leaves_the_question_to_staff(platform: Platform, work: Work) -> None:
    faq()
    platform.simulator.fail("custom_send", mode="hang")
    platform.write("怎样预约一次考察？")
    work()
    platform.simulator.mend()
    assert asked() == ["怎样预约一次考察？"]


def test_a_platform_that_is_busy_is_waited_for(platform: Platform, work: Work) -> None:
    faq()
    platform.simulator.fail("custom_send", errcode=-1, times=1)
    platform.write("怎样预约一次考察？")
    work()
    (job,) = Job.objects
    assert (job.state, said(platform)) == (JobState.PENDING, [])
    Job.objects.update(set__run_at=job.created_at)
    work()
    assert len(said(platform)) == 1
    assert Question.objects.count() == 0


def test_a_refusal_leaves_the_question_to_staff(platform: Platform, work: Work) -> None:
    faq()
    platform.simulator.fail("custom_send", errcode=45047)
    platform.write("怎样预约一次考察？")
    work()
    assert asked() == ["怎样预约一次考察？"]


def test_nothing_is_said_twice_when_the_job_runs_again(platform: Platform, work: Work) -> None:
    faq()
    platform.write("怎样预约一次考察？")
    platform.write("今天天气怎么样")
    work()
    before = said(platform)
    WechatPush.objects.update(unset__handled_at=True)
    Job.objects.update(set__state=JobState.PENDING)
    work()
    assert said(platform) == before
    assert asked() == ["今天天气怎么样"]


def test_who_was_perhaps_told_is_asked_about(platform: Platform, work: Work) -> None:
    """A worker died between noting that it sends and hearing that it was sent."""
    faq()
    platform.write("怎样预约一次考察？")
    WechatPush.objects.update(set__told_at=WechatPush.objects.get().received_at)
    work()
    assert said(platform) == []
    assert asked() == ["怎样预约一次考察？"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("预约", Language.ZH_CN),
        ("visit 预约", Language.ZH_CN),
        ("visit", Language.EN),
        ("123", Language.ZH_CN),
    ],
)
def test_the_language_is_that_of_the_text(text: str, language: Language) -> None:
    assert automatic_answers.language_of(text, Language.ZH_CN) is language
