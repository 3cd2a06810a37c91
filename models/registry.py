"""All documents in one place: content by kind, and every collection that has indexes."""

from mongoengine import Document

from models.articles import Article
from models.audit import AuditEntry, AuditExport, AuditSeal
from models.bookings import Booking
from models.calendar import Closure, DayOverride, ResourceDay
from models.clusters import Cluster
from models.content import Content
from models.data_keys import DataKey
from models.departures import Departure
from models.drafts import Draft
from models.enums import Kind
from models.faqs import Faq
from models.favourites import Favourite
from models.films import Film
from models.guides import Guide
from models.handbook import Chapter, Edition
from models.handbook_files import HandbookFile
from models.held_texts import HeldText
from models.history import HistoryEntry
from models.idempotency import IdempotentAnswer
from models.media_items import MediaItem
from models.migrations import Migration
from models.notifications import CallTask, InboxEntry
from models.outbox import Job
from models.projects import Project
from models.questions import Question
from models.rate_counts import RateCount
from models.revisions import Revision
from models.routes import Route
from models.scenes import Scene, SceneDay
from models.schedules import Schedule
from models.search import FruitlessQuery, Promotion, SearchEntry, Synonyms
from models.seeds import Seed
from models.sitemaps import Sitemap
from models.sites import Site
from models.snapshots import Snapshot
from models.staff import SignInFailures, Staff, StaffSession
from models.subscriptions import SubscriptionCredit, SubscriptionMessage
from models.tracks import Track
from models.uploads import Upload
from models.usage import UsageDay
from models.vehicles import Vehicle
from models.venues import Venue
from models.versions import Version
from models.visitors import EmailCode, Visitor, VisitorSession
from models.visits import Visit
from models.wechat_pushes import WechatPush, WechatWindow
from models.wechat_tokens import WechatToken

CONTENT: dict[Kind, type[Content]] = {
    model.KIND: model
    for model in (
        Track,
        Site,
        Project,
        Route,
        Film,
        Venue,
        Edition,
        Chapter,
        Cluster,
        Article,
        Faq,
    )
}

DOCUMENTS: tuple[type[Document], ...] = (
    *CONTENT.values(),
    Revision,
    Draft,
    Snapshot,
    SearchEntry,
    Synonyms,
    Promotion,
    FruitlessQuery,
    Version,
    Job,
    IdempotentAnswer,
    MediaItem,
    Upload,
    Sitemap,
    HandbookFile,
    Seed,
    Migration,
    Staff,
    StaffSession,
    SignInFailures,
    AuditEntry,
    AuditSeal,
    AuditExport,
    RateCount,
    Visitor,
    VisitorSession,
    EmailCode,
    Favourite,
    HistoryEntry,
    InboxEntry,
    CallTask,
    SubscriptionCredit,
    SubscriptionMessage,
    Scene,
    SceneDay,
    HeldText,
    UsageDay,
    DataKey,
    WechatToken,
    DayOverride,
    Closure,
    ResourceDay,
    Guide,
    Vehicle,
    Schedule,
    Departure,
    Booking,
    Visit,
    WechatPush,
    WechatWindow,
    Question,
)
