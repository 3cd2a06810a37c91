"""Texts about visits: seats, cut-offs, the calendar; see `core.messages`."""

MESSAGES: dict[str, tuple[str, str]] = {
    # Seats and states
    "slot_full": ("该班次剩余{left}个席位，不够本次预约", "Only {left} seats are left"),
    "seats_free": (
        "该班次还有{left}个席位，请直接预约",
        "There are {left} seats left: book them instead of waiting",
    ),
    "queue_full": ("候补人数已满", "The waiting list is full"),
    "departure_closed": ("该班次已不可预约", "This departure takes no bookings"),
    "booking_closed": ("已过预约截止时间", "The time to book this departure is over"),
    "too_late": ("处理超时，请重试", "This took too long, please try again"),
    "party_size": (
        "每团须为 {least} 至 {most} 人",
        "A group has {least} to {most} people",
    ),
    "visit_overlap": (
        "与您 {at} 的考察时间重叠",
        "You are on another visit at that time ({at})",
    ),
    "too_many_visits": ("待赴的考察过多", "You have too many visits to come"),
    "booking_suspended": (
        "因多次未到访，{until} 前暂不能自助预约，请联系工作人员",
        "After several visits not attended you cannot book until {until}; please contact us",
    ),
    "cutoff_passed": (
        "已过自助办理的截止时间（{until}），请联系工作人员",
        "This was possible until {until}; please contact us",
    ),
    "wrong_state": ("当前状态（{state}）不能进行此操作", "Not possible in this state ({state})"),
    "same_departure": ("已在该班次", "The booking is on that departure already"),
    "offer_ended": ("候补席位已失效", "The offer has ended"),
    # Check-in
    "code_wrong": ("预约码无效或已过期，请刷新后重试", "The code is not valid or is too old"),
    "check_in_early": ("尚未到签到时间", "It is too early to check in"),
    "not_begun": ("考察尚未开始", "The visit has not begun"),
    "checked_in_already": ("已签到", "Checked in already"),
    "reason_needed": ("请填写原因", "A reason is needed"),
    # The calendar
    "resource_conflict": (
        "与已有安排冲突",
        "This collides with what is arranged already",
    ),
    "day_closed": ("当天不开放", "Nothing runs on that day"),
    "in_the_past": ("时间已过", "That time is over"),
    "not_bookable": ("该线路未设置预约规则，不能开班", "This route has no terms of booking"),
    "resource_inactive": ("已停用", "Not in use any more"),
    "resource_in_use": ("仍有班次使用，不能删除", "Departures to come still use this"),
    "capacity_below_held": (
        "已有{held}人占用席位，不能减到更少",
        "{held} people hold seats: it cannot hold fewer",
    ),
    "bookings_affected": (
        "已有预约，须填写原因以便通知来访者",
        "There are bookings: give a reason, which visitors are told",
    ),
    "route_not_live": ("线路未发布", "The route is not published"),
    "site_not_live": ("点位未发布或不可参观", "The site is not published or cannot be visited"),
    # 定制考察
    "proposal_ended": ("此版行程单已失效", "This version of the itinerary is not open any more"),
    "dates_needed": ("请给出今后的日期", "Dates to come are needed"),
    "too_many_asks": ("待处理的定制考察申请过多", "Too many of your requests are still open"),
}
