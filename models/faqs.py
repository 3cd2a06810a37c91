"""答疑解惑: questions and answers."""

from typing import ClassVar

from mongoengine import StringField

from models.content import Content
from models.enums import Kind
from models.parts import BODY_MAX, TITLE_MAX


class Faq(Content):
    """A question (the title) with its answer in sanitised rich text (HTML)."""

    KIND: ClassVar = Kind.FAQS
    TRANSLATABLE: ClassVar = (*Content.TRANSLATABLE, "answer", "topic")
    RICH: ClassVar = ("answer",)
    meta: ClassVar = {"collection": "faqs"}

    answer = StringField(required=True, max_length=BODY_MAX)
    topic = StringField(required=True, max_length=TITLE_MAX)
    topic_key = StringField(required=True, max_length=40)

    @property
    def facet(self) -> str | None:
        """Return the topic's key, by which lists of questions are filtered."""
        return str(self.topic_key)
