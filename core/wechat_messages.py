"""Texts about WeChat; see `core.messages`."""

MESSAGES: dict[str, tuple[str, str]] = {
    "wechat_unavailable": (
        "微信暂时没有响应，请稍后再试",
        "WeChat does not answer at the moment, please try again",
    ),
    "wechat_refused": (
        "微信拒绝了本服务的请求，请联系管理员",
        "WeChat refuses this service; please tell its staff",
    ),
    "wechat_not_configured": (
        "本服务未接入微信，请用其他方式登录",
        "This service is not connected to WeChat; sign in another way",
    ),
    "wechat_code": (
        "微信凭证无效或已用过，请重新获取",
        "The WeChat code is not valid or was used; get a new one",
    ),
    "wechat_push": ("不是有效的微信推送", "This is not a valid push of WeChat"),
    "wechat_blocked": (
        "微信限制了此账号登录",
        "WeChat does not let this account sign in",
    ),
    "held_decided": ("此文本已有结论", "This text has been decided about"),
    "no_wechat": (
        "此账号不是微信账号",
        "This account is not one of WeChat",
    ),
    "wechat_session_over": (
        "微信登录已失效，请重新登录",
        "The WeChat session is over; sign in again",
    ),
    "wechat_user": ("微信不认识此用户", "WeChat does not know this user"),
    "wechat_user_away": (
        "用户最近两小时未打开小程序",
        "The user was not in the mini-program within the last two hours",
    ),
    "wechat_no_credit": (
        "用户未订阅此类消息",
        "The user did not ask for messages of this kind",
    ),
    "wechat_out_of_window": (
        "已超出可回复的时间或条数，请用其他方式联系",
        "The time or the number of answers is used up; reach them another way",
    ),
    "wechat_not_typing": (
        "现在不能显示输入状态",
        "The sign of typing cannot be shown now",
    ),
    "wechat_target": (
        "微信不接受此页面、参数或有效期",
        "WeChat does not take this page, its parameters or its time",
    ),
    "wechat_media": (
        "微信无法检查此文件",
        "WeChat cannot check this file",
    ),
}
