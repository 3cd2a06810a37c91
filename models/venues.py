"""招商阵地: where investors are received, and what they find there."""

from typing import ClassVar

from mongoengine import (
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    StringField,
)

from models.content import Content
from models.enums import Kind
from models.parts import SUMMARY_MAX, TEXT_MAX, TITLE_MAX, Contact, Location, MediaRef, Part, Window


class Offer(Part):
    """Something that the venue offers its visitors."""

    title = StringField(required=True, max_length=TITLE_MAX)
    description = StringField(max_length=SUMMARY_MAX)


class Venue(Content):
    """A venue. `site` is the id of the site by which it can be a stop of a route."""

    KIND: ClassVar = Kind.VENUES
    TRANSLATABLE: ClassVar = (
        *Content.TRANSLATABLE,
        "description",
        "address",
        "opening_note",
        "offers.*.title",
        "offers.*.description",
    )
    meta: ClassVar = {"collection": "venues", "indexes": ["site"]}
    LINKS: ClassVar = {**Content.LINKS, "site": Kind.SITES}
    MEDIA: ClassVar = (*Content.MEDIA, "photos.*")

    description = StringField(max_length=TEXT_MAX)
    offers = EmbeddedDocumentListField(Offer)
    photos = EmbeddedDocumentListField(MediaRef)
    address = StringField(max_length=TITLE_MAX)
    location = EmbeddedDocumentField(Location)
    opening_hours = EmbeddedDocumentListField(Window)
    opening_note = StringField(max_length=SUMMARY_MAX)
    contacts = EmbeddedDocumentListField(Contact)
    site = StringField(max_length=40)
