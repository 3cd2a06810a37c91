"""What visitors are told about their visits, in words.

The data of each: `route` and `route_en` (what is visited), `at` (start in Shanghai), `people`,
`reason` and `reason_en` (may be empty); of some more: `until` (in Shanghai), `was` (the start
before), `missing` and `missing_en` (what a gate has not been told, may be empty).
"""

from collections.abc import Mapping

from models.notifications import Event
from services.wordings import Message, Wording


def _wording(
    zh_title: str,
    zh_text: str,
    en_title: str,
    en_text: str,
    *,
    calls: bool = True,
    calls_strangers: bool = False,
) -> Wording:
    chinese, english = Message(zh_title, zh_text), Message(en_title, en_text)
    return Wording(chinese, english, calls=calls, calls_strangers=calls_strangers)


BOOKING: Mapping[Event, Wording] = {
    Event.BOOKING_REQUESTED: _wording(
        "预约已提交",
        "您已为{people}人申请{at}的“{route}”，席位已为您保留，请等待确认。",
        "Request received",
        "You asked for {people} seats on “{route_en}”, {at}. They are held until we decide.",
        calls=False,
    ),
    Event.BOOKING_CONFIRMED: _wording(
        "预约已确认",
        "{at}的“{route}”已为{people}人确认。请提前10分钟到达集合点，出示预约码。{missing}",
        "Visit confirmed",
        "“{route_en}”, {at}, is confirmed for {people}. Please come ten minutes early and show "
        "your booking code. {missing_en}",
    ),
    Event.BOOKING_REJECTED: _wording(
        "预约未通过",
        "很抱歉，{at}的“{route}”未能安排。{reason}",
        "Request declined",
        "We are sorry: “{route_en}”, {at}, cannot be arranged. {reason_en}",
    ),
    Event.BOOKING_EXPIRED: _wording(
        "预约已过期",
        "{at}的“{route}”未能在期限内确认，席位已释放。请改选其他班次。",
        "Request expired",
        "“{route_en}”, {at}, was not decided in time and your seats were given back. Please "
        "choose another departure.",
    ),
    Event.BOOKING_WAITLISTED: _wording(
        "已加入候补",
        "您已为{people}人加入{at}的“{route}”候补。有空位时按申请先后通知第一个坐得下的团组，"
        "夜间不计入接受时限。",
        "On the waiting list",
        "You wait for {people} seats on “{route_en}”, {at}. Free seats are offered to the first "
        "group, in order of request, that fits; hours at night do not count towards the time to "
        "accept.",
        calls=False,
    ),
    Event.BOOKING_OFFERED: _wording(
        "候补有空位",
        "{at}的“{route}”已为您保留{people}个席位，请在{until}前接受，逾期顺延给下一位。",
        "Seats for you",
        "{people} seats on “{route_en}”, {at}, are held for you. Please accept before {until}; "
        "after that they go to the next group.",
    ),
    Event.BOOKING_OFFER_ENDING: _wording(
        "候补席位即将失效",
        "为您保留的{at}“{route}”席位将于{until}失效，请尽快接受。",
        "Your seats are about to lapse",
        "The seats on “{route_en}”, {at}, are held for you until {until} only.",
        calls=False,
    ),
    Event.BOOKING_LAPSED: _wording(
        "候补已结束",
        "您对{at}“{route}”的候补已结束，席位未保留。",
        "Waiting has ended",
        "Your place on the waiting list for “{route_en}”, {at}, has ended; no seats are held.",
    ),
    Event.BOOKING_CHANGED: _wording(
        "预约已更改",
        "{at}的“{route}”现为{people}人。",
        "Booking changed",
        "“{route_en}”, {at}, is now for {people}.",
        calls=False,
        calls_strangers=True,
    ),
    Event.BOOKING_CANCELLED: _wording(
        "预约已取消",
        "{at}的“{route}”已取消。{reason}",
        "Visit cancelled",
        "“{route_en}”, {at}, is cancelled. {reason_en}",
    ),
    Event.BOOKING_RESCHEDULED: _wording(
        "预约已改期",
        "您的考察由{was}改到{at}（“{route}”，{people}人）。{missing}",
        "Visit moved",
        "Your visit was moved from {was} to {at} (“{route_en}”, {people} people). {missing_en}",
    ),
    Event.DEPARTURE_CHANGED: _wording(
        "班次有变动",
        "您预约的“{route}”有变动：{at}出发。{reason}",
        "Your visit has changed",
        "“{route_en}” has changed: it starts at {at}. {reason_en}",
    ),
    Event.DEPARTURE_RUNS: _wording(
        "班次照常成行",
        "{at}的“{route}”人数不足最低成团数，但照常成行。",
        "Your visit takes place",
        "“{route_en}”, {at}, has fewer people than planned and takes place all the same.",
        calls=False,
        calls_strangers=True,
    ),
    Event.REMINDER_DAY: _wording(
        "明日考察提醒",
        "{at}的“{route}”即将出发，共{people}人。请查看行程单，按时到达集合点。{missing}",
        "Your visit is tomorrow",
        "“{route_en}” starts at {at} for {people}. Please see your itinerary and be on time. "
        "{missing_en}",
        calls=False,
        calls_strangers=True,
    ),
    Event.REMINDER_HOURS: _wording(
        "考察即将开始",
        "“{route}”将于{at}出发，请到集合点出示预约码。",
        "Your visit starts soon",
        "“{route_en}” starts at {at}. Please show your booking code at the meeting point.",
        calls=False,
    ),
    Event.VISIT_OVER: _wording(
        "感谢来访",
        "感谢参加{at}的“{route}”。欢迎告诉我们各站的感受，以及您感兴趣的产业。",
        "Thank you for your visit",
        "Thank you for joining “{route_en}”, {at}. Tell us how each stop was, and which "
        "industries interest you.",
        calls=False,
    ),
    Event.NO_SHOW: _wording(
        "未到访记录",
        "{at}的“{route}”记为未到访。如有误，请与我们联系。",
        "Marked as not attended",
        "“{route_en}”, {at}, is marked as not attended. If that is wrong, please contact us.",
        calls=False,
    ),
    Event.SUSPENDED: _wording(
        "暂停自助预约",
        "因多次未到访，{until}前暂不能自助预约。如有需要，请与我们联系。",
        "Booking is paused",
        "After several visits not attended you cannot book by yourself until {until}. Please "
        "contact us if you need a visit.",
        calls=False,
    ),
    Event.SUSPENSION_LIFTED: _wording(
        "已恢复自助预约",
        "您已可以自助预约考察。",
        "Booking is possible again",
        "You can book visits by yourself again.",
        calls=False,
    ),
    Event.VISIT_ASKED: _wording(
        "定制考察申请已收到",
        "已收到您{people}人的定制考察申请，我们将尽快拟定行程。",
        "Request for a bespoke visit received",
        "We received your request for a visit of {people} and will propose an itinerary.",
        calls=False,
    ),
    Event.VISIT_PROPOSED: _wording(
        "行程单待确认",
        "已为您拟定{at}的行程“{route}”（第{version}版），请在{until}前确认或提出修改。",
        "An itinerary for you",
        "We propose “{route_en}”, {at} (version {version}). Please accept it or ask for a change "
        "before {until}.",
    ),
    Event.VISIT_ACCEPTED: _wording(
        "定制考察已确认",
        "{at}的“{route}”已确认，共{people}人。{missing}",
        "Bespoke visit confirmed",
        "“{route_en}”, {at}, is confirmed for {people}. {missing_en}",
        calls=False,
    ),
    Event.VISIT_DECLINED: _wording(
        "定制考察未能安排",
        "很抱歉，您的定制考察申请未能安排。{reason}{alternative}",
        "Bespoke visit declined",
        "We are sorry that your visit cannot be arranged. {reason_en} {alternative}",
    ),
    Event.VISIT_LAPSED: _wording(
        "行程单已失效",
        "第{version}版行程单未在期限内确认，所留资源已释放。如仍需考察，请再次申请。",
        "The itinerary has lapsed",
        "Version {version} of your itinerary was not accepted in time. Please ask again if you "
        "still want to come.",
    ),
    Event.VISIT_UNANSWERED: _wording(
        "定制考察申请已过期",
        "很抱歉，您希望的日期已过，未能为您拟定行程。如仍需考察，请以新的日期再次申请。",
        "Request for a bespoke visit expired",
        "We are sorry: the dates you asked for have passed without an itinerary. Please ask again "
        "with other dates if you still want to come.",
    ),
}
