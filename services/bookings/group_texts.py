"""The words of group lists and day sheets, in Chinese and English."""

from collections.abc import Mapping

from models.bookings import BookingState
from models.enums import Language
from services.wordings import chosen

S = BookingState
WORDS: Mapping[str, tuple[str, str]] = {
    "group_list": ("团组名单", "Group list"),
    "day_sheet": ("点位日程单", "Day sheet"),
    "internal": ("内部使用", "Internal"),
    "summary": (
        "{groups} 团，确认 {people} 人，待确认 {pending} 人，容量 {capacity} 人",
        "Groups: {groups}; people confirmed: {people}, not confirmed yet: {pending}, "
        "capacity: {capacity}",
    ),
    "day_summary": (
        "当日 {visits} 批，确认 {people} 人",
        "Visits: {visits}; people confirmed: {people}",
    ),
    "nobody": ("当日无人来访", "Nobody comes on this day"),
    "masked": ("个人信息已隐去", "Personal data is masked"),
    "starts": ("时间：{span}", "Time: {span}"),
    "meets": ("集合：{place}", "Meeting point: {place}"),
    "guide": ("讲解员：{name}", "Guide: {name}"),
    "vehicle": ("车辆：{name}", "Vehicle: {name}"),
    "number": ("序号", "No."),
    "organisation": ("单位", "Organisation"),
    "name": ("联系人", "Contact"),
    "phone": ("电话", "Phone"),
    "party": ("人数", "People"),
    "state": ("状态", "State"),
    "language": ("语言", "Language"),
    "companions": ("同行人员", "Companions"),
    "plates": ("车牌", "Plates"),
    "needs": ("需求", "Needs"),
    "gate": ("入场需提供：{needs}", "The gate asks for: {needs}"),
    "missing": ("尚缺", "Missing"),
    "no_car": ("无车", "No car"),
    "arrived": ("到场", "Here"),
}
STATES: Mapping[BookingState, tuple[str, str]] = {
    S.REQUESTED: ("待确认", "Requested"),
    S.OFFERED: ("候补待接受", "Offered"),
    S.CONFIRMED: ("已确认", "Confirmed"),
    S.CHECKED_IN: ("已签到", "Checked in"),
    S.COMPLETED: ("已到访", "Came"),
    S.NO_SHOW: ("未到访", "Did not come"),
}


def word(name: str, language: Language, /, **more: object) -> str:
    """Return a text, with its places filled."""
    text = chosen(WORDS[name], language)
    return text.format(**more) if more else text


def state(value: BookingState, language: Language) -> str:
    """Return what a state is called on a list."""
    return chosen(STATES[value], language)
