"""What people call the values of enumerations, in Chinese and English."""

from enum import StrEnum

from models.articles import ArticleType
from models.departures import Availability
from models.enums import FigureKind, Language, Place
from models.projects import ProjectStage
from models.routes import Confirmation
from models.sites import SiteType
from models.tracks import ChainStage, ChainStanding, TrackClass

LABELS: dict[StrEnum, tuple[str, str]] = {
    TrackClass.BREAKTHROUGH: ("聚焦突破类", "Breakthrough"),
    TrackClass.PRIORITY: ("重点实施类", "Priority"),
    TrackClass.EMERGING: ("加快布局类", "Emerging"),
    ChainStage.UPSTREAM: ("上游", "Upstream"),
    ChainStage.MIDSTREAM: ("中游", "Midstream"),
    ChainStage.DOWNSTREAM: ("下游", "Downstream"),
    ChainStanding.STRENGTH: ("优势", "Strength"),
    ChainStanding.WEAKNESS: ("劣势", "Weakness"),
    ChainStanding.GAP: ("待补", "Gap"),
    ProjectStage.OPEN: ("招商中", "Open"),
    ProjectStage.NEGOTIATING: ("洽谈中", "In negotiation"),
    ProjectStage.SIGNED: ("已签约", "Signed"),
    ProjectStage.LANDED: ("已落地", "Landed"),
    SiteType.ENTERPRISE: ("企业", "Enterprise"),
    SiteType.PARK: ("园区", "Industrial park"),
    SiteType.EXHIBITION: ("展厅", "Exhibition"),
    SiteType.VENUE: ("招商阵地", "Investment venue"),
    SiteType.PLATFORM: ("平台", "Service platform"),
    SiteType.HUB: ("枢纽", "Transport hub"),
    ArticleType.EXPLAINER: ("一图读懂", "At a glance"),
    ArticleType.NEWS: ("新闻", "News"),
    ArticleType.EVENT: ("活动", "Event"),
    ArticleType.NOTICE: ("通知", "Notice"),
    Confirmation.AUTOMATIC: ("自动确认", "Confirmed at once"),
    Confirmation.STAFF: ("工作人员确认", "Confirmed by staff"),
    Availability.BOOKABLE: ("可预约", "Seats left"),
    Availability.WAITLIST: ("可候补", "Waiting list"),
    Availability.FULL: ("已满", "Full"),
    Availability.CLOSED: ("已截止", "Closed"),
    Place.JIAOZHOU: ("胶州·上合新区", "Jiaozhou / SCO New Area"),
    Place.XIHAIAN: ("西海岸新区", "West Coast New Area"),
    Place.QINGDAO: ("青岛市", "Qingdao"),
    FigureKind.TARGET: ("目标", "target"),
    FigureKind.ACTUAL: ("实际", "actual"),
}


def label(value: StrEnum, language: Language) -> str:
    """Return what people call `value` in `language`."""
    chinese, english = LABELS[value]
    return english if language is Language.EN else chinese
