"""The words of a 行程单, and how times read, in Chinese and English."""

import datetime as dt
from collections.abc import Mapping

from core.clock import SHANGHAI
from models.enums import Language
from services.wordings import chosen

# The product's standing advice, where a route has no texts of its own.
ADVICE: Mapping[Language, tuple[str, ...]] = {
    Language.ZH_CN: (
        "请提前10分钟到达集合点，向接待人员出示预约码。",
        "请随身携带有效身份证件；部分企业入园时需要登记。",
        "建议穿平底鞋；进入生产区域请按现场要求佩戴安全帽等防护用品。",
        "厂区和实验区内请听从接待人员安排，未经允许请勿拍照、录像。",
        "如需轮椅、手语或其他协助，或有人数变化，请尽早告知。",
        "遇恶劣天气或接待单位临时安排，行程可能调整，我们会及时通知。",
    ),
    Language.EN: (
        "Please be at the meeting point ten minutes early and show your booking code.",
        "Please carry a valid identity document; some companies register visitors at the gate.",
        "Flat shoes are advised. In production areas please wear the protection that is handed "
        "out, such as a helmet.",
        "In works and laboratories please follow your hosts; take no photos or films unless they "
        "agree.",
        "If you need a wheelchair, sign language or other help, or your number changes, please "
        "tell us early.",
        "In bad weather, or when a host has to change plans, the visit may be adjusted; we will "
        "tell you in time.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "itinerary": ("行程单", "Itinerary"),
    "organiser": ("招商工具箱 5个1", "Investment Toolbox"),
    "date": ("日期", "Date"),
    "time": ("时间", "Time"),
    "people": ("人数", "People"),
    "people_n": ("{n} 人", "{n}"),
    "version": ("版本", "Version"),
    "version_n": ("第 {n} 版", "{n}"),
    "language": ("讲解语言", "Spoken language"),
    "zh-CN": ("中文", "Chinese"),
    "en": ("英文", "English"),
    "meeting": ("集合点", "Meeting point"),
    "gather": ("集合", "Meet"),
    "gather_by": ("请于 {time} 前到达", "Please be there by {time}"),
    "stops": ("行程安排", "Programme"),
    "stay": ("停留 {n} 分钟", "{n} minutes here"),
    "travel": ("前往下一站约 {n} 分钟", "About {n} minutes to the next stop"),
    "end": ("行程结束", "End of the visit"),
    "address_is": ("地址：{text}", "Address: {text}"),
    "visit_note_is": ("参观须知：{text}", "On site: {text}"),
    "gate": ("入场需提供", "Needed at the gate"),
    "map": ("路线图", "Map"),
    "approval": ("审图号：{text}", "Map approval: {text}"),
    "sketch": ("点位示意图", "Sketch of the stops"),
    "sketch_mark": ("示意图", "Schematic"),
    "sketch_alt": (
        "点位示意图：{n}个点位按行程先后相连，上北下南",
        "Sketch of {n} stops, joined in the order of the visit; north is up",
    ),
    "sketch_caption": (
        "示意图：点位的相对位置按比例绘制；连线只表示先后次序，不是道路，请勿用于导航。",
        "Schematic: the stops lie to scale to one another. Lines show the order, not roads; not "
        "for navigation.",
    ),
    "unplaced": ("未标出（无坐标）：{text}", "Not shown (no coordinates): {text}"),
    "far_off": ("集合点较远，未标出：{text}", "The meeting point lies farther off: {text}"),
    "comma": ("、", ", "),
    "meeting_mark": ("集", "M"),
    "north": ("北", "N"),
    "metres": ("{n} 米", "{n} m"),
    "kilometres": ("{n} 公里", "{n} km"),
    "navigate": ("导航", "Navigate"),
    "coordinates": ("坐标", "Coordinates"),
    "contact": ("联系人", "Contacts"),
    "desk": ("预约咨询", "Booking desk"),
    "guide": ("讲解员", "Guide"),
    "phone": ("电话", "Phone"),
    "vehicle": ("车辆", "Vehicle"),
    "advice": ("携带物品与注意事项", "What to bring, and rules"),
    "note": ("说明", "Note"),
    "demo": ("演示", "Demonstration"),
    "demo_note": (
        "本行程为演示数据，不代表真实安排。",
        "This itinerary is demonstration data, not a real arrangement.",
    ),
    "provisional": (
        "该日尚无官方放假安排，日期暂定。",
        "The official holidays of that time are not known yet: the day is provisional.",
    ),
    "cancel_by": ("可自行取消至 {time}。", "You can cancel by yourself until {time}."),
    "answer_by": ("请在 {time} 前确认。", "Please answer before {time}."),
    "proposed": ("待确认", "Awaiting your answer"),
    "cancelled": ("已取消", "Cancelled"),
    "completed": ("已结束", "Over"),
    "zone": ("以上均为北京时间", "All times are China Standard Time (UTC+8)"),
    "page": ("第 {n} 页，共 {total} 页", "Page {n} of {total}"),
    "print": ("下载 PDF", "Download PDF"),
    "ended": ("链接无效或已过期", "This link is not valid any more"),
    "ended_more": (
        "请回到小程序，重新打开行程单。",
        "Please go back to the mini-program and open the itinerary again.",
    ),
}

_WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


def word(name: str, language: Language, **values: object) -> str:
    """Return a word or sentence of `WORDS`."""
    return chosen(WORDS[name], language).format(**values)


def day_text(day: dt.date, language: Language) -> str:
    """Return a day with its weekday: 2026年12月1日 星期二, Tuesday, 1 December 2026."""
    if language is Language.EN:
        return f"{day:%A}, {day.day} {day:%B} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日 {_WEEKDAYS[day.weekday()]}"


def hour(moment: dt.datetime) -> str:
    """Return the time of day in Shanghai: 09:30."""
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


def moment_text(moment: dt.datetime, language: Language) -> str:
    """Return day and time in Shanghai."""
    local = moment.astimezone(SHANGHAI)
    return f"{day_text(local.date(), language)} {local:%H:%M}"


def span_text(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """Return a time of day from, and until; the day when it ends on another."""
    first, last = starts_at.astimezone(SHANGHAI), ends_at.astimezone(SHANGHAI)
    further = "" if first.date() == last.date() else f"{last:%m-%d} "
    return f"{first:%H:%M}–{further}{last:%H:%M}"
