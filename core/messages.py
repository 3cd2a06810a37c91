"""Texts that callers read, in Chinese and English, by code. `{name}` is filled from the error."""

from collections.abc import Mapping

from core import booking_messages, media_messages, wechat_messages

ZH, EN = "zh-CN", "en"

MESSAGES: dict[str, tuple[str, str]] = {
    # Errors of the transport
    "bad_json": ("请求体不是有效的 JSON", "The request body is not valid JSON"),
    "bad_text": ("文本含有不允许的字符", "The text holds characters that are not allowed"),
    "content_type": ("请求体须为 application/json", "The body must be application/json"),
    "duplicate_key": ("JSON 中有重复的键", "The JSON holds a key twice"),
    "invalid": ("请求内容有误", "The request is not valid"),
    "method_not_allowed": ("不支持此方法", "This method is not supported here"),
    "not_acceptable": ("无法提供所要求的格式", "The requested format is not available"),
    "not_found": ("内容不存在或未公开", "Nothing is published here"),
    "payload_too_large": ("请求体过大", "The request body is too large"),
    "too_deep": ("JSON 嵌套过深", "The JSON is nested too deeply"),
    "uri_too_long": ("请求地址过长", "The request address is too long"),
    "internal": ("服务器内部错误", "Internal server error"),
    "unavailable": ("服务暂不可用，请稍后再试", "Temporarily unavailable, please try again"),
    "bad_request": ("请求无法处理", "The request cannot be processed"),
    # Errors of the rules
    "forbidden": ("没有权限", "Not allowed"),
    "conflict": ("内容已被他人修改", "Somebody else changed this meanwhile"),
    "synonym_taken": (
        "其中一个词已在另一组同义词里",
        "One of the terms is in another group already",
    ),
    "promotion_taken": (
        "已为此查询设置置顶内容",
        "Something is put first for this query already",
    ),
    "question_closed": (
        "此咨询已答复或已关闭",
        "This question was answered or closed already",
    ),
    "call_closed": ("此电话任务已结束", "This call is closed already"),
    "call_taken": ("此电话任务已由他人领取", "Somebody else has taken this call"),
    "slug_reserved": ("此标识为系统保留", "This slug is reserved"),
    "refused": ("不符合规则", "A rule does not allow this"),
    "rate_limited": ("请求过于频繁", "Too many requests"),
    "bad_cursor": ("分页游标无效", "The cursor is not valid"),
    "idempotency_reused": (
        "此 Idempotency-Key 已用于另一请求",
        "This Idempotency-Key was used for another request",
    ),
    "idempotency_running": (
        "同一请求正在处理，请稍后再试",
        "The same request is being processed, try again shortly",
    ),
    "idempotency_key": (
        "Idempotency-Key 须为 8 至 100 个可见字符",
        "Idempotency-Key must be 8 to 100 visible characters",
    ),
    "stale_revision": (
        "内容已更新到第 {current} 版，您基于第 {given} 版",
        "This is at revision {current} now; yours is based on {given}",
    ),
    "slug_taken": ("标识“{slug}”已被使用", "The slug “{slug}” is taken"),
    "slug_locked": (
        "已发布过的内容不能更改标识",
        "The slug cannot change once an item has been published",
    ),
    "archived": ("内容已归档，请先恢复", "This is archived; restore it first"),
    "not_archived": ("内容未归档", "This is not archived"),
    "not_live": ("内容未发布", "This is not live"),
    "still_live": ("请先下线再归档", "Take it offline before archiving it"),
    "no_such_revision": ("没有第 {number} 版", "There is no revision {number}"),
    "not_publishable": ("暂不能发布，请先处理所列问题", "Not ready to be published, see fields"),
    "bad_schedule": ("到期时间须晚于发布时间且在将来", "It must expire after it is published"),
    "past_time": ("时间须在将来", "The time must be in the future"),
    "job_not_failed": ("只有失败的任务可以重试", "Only a failed job can be retried"),
    "job_not_pending": ("只有等待中的任务可以取消", "Only a waiting job can be cancelled"),
    "bad_translation_path": ("没有可翻译的字段“{path}”", "No translatable text at “{path}”"),
    "in_review": ("内容已送审", "This is under review already"),
    "not_in_review": ("内容不在审核中", "This is not under review"),
    "not_approved": ("尚未完成审核，不能发布", "Its reviews are not done: it cannot be published"),
    "own_text": ("不能审核或发布自己撰写的内容", "Nobody reviews or publishes their own text"),
    "other_department": ("内容属于其他部门", "This belongs to another department"),
    "reviewed_before": ("同一人不能承担两级审核", "One person cannot take two steps of a review"),
    "wrong_step": ("当前审核环节不属于您的角色", "This step of the review is not your role's"),
    "note_needed": ("退回时须说明理由", "Say why it is sent back"),
    "preview_ended": (
        "预览已失效，请重新生成",
        "This preview has ended; ask for a new one",
    ),
    "draft_too_large": ("草稿过大", "The draft is too large"),
    # Signing in, staff accounts, the audit log
    "unauthenticated": ("请先登录", "Please sign in"),
    "sign_in_failed": (
        "账号、密码或验证码不正确",
        "The account, the password or the code is not right",
    ),
    "sign_in_locked": (
        "尝试次数过多，请在 {minutes} 分钟后再试",
        "Too many tries; try again in {minutes} minutes",
    ),
    "csrf": ("请求未带有效的防伪令牌", "The request lacks the token of its session"),
    "password_change_needed": ("请先修改密码", "Change your password first"),
    "totp_needed": ("请先启用动态口令", "Set up your second factor first"),
    "totp_enrolled": ("已启用动态口令", "A second factor is set up already"),
    "totp_not_enrolled": ("未启用动态口令", "No second factor is set up"),
    "totp_required": ("您的角色必须使用动态口令", "Your role requires the second factor"),
    "wrong_code": ("动态口令不正确", "The code is not right"),
    "wrong_password": ("密码不正确", "The password is not right"),
    "password_common": ("密码过于常见", "This password is too common"),
    "password_names": (
        "密码不能包含账号、姓名或产品名称",
        "The password holds the name of the account, the person or the product",
    ),
    "password_used": ("不能使用最近用过的密码", "This password was used before"),
    "username_taken": ("账号“{username}”已存在", "The account “{username}” exists already"),
    "own_account": ("不能对自己的账号执行此操作", "Not possible on your own account"),
    "last_administrator": (
        "至少须保留一名启用的管理员",
        "At least one enabled administrator must remain",
    ),
    "roles_apart": (
        "管理员与审计员不能由同一账号担任",
        "One account cannot be administrator and auditor",
    ),
    "stale_account": ("账号已被他人修改", "Somebody else changed this account meanwhile"),
    "audit_young": (
        "审计日志保存不足 {days} 天，不能清除",
        "Entries of the last {days} days cannot be dropped",
    ),
    "audit_not_exported": (
        "此文件不是一次完整的审计导出",
        "This file is not an export of the audit log as it was written",
    ),
    "audit_out_of_order": (
        "须先清除更早的审计日志",
        "Older entries must be dropped first",
    ),
    "audit_nothing": ("没有可导出的审计日志", "There are no sealed entries to export"),
    "audit_broken": ("审计链不完整", "The audit chain does not verify"),
    **wechat_messages.MESSAGES,
    # Visitors
    "email_code_wrong": (
        "验证码不正确或已失效，请重新获取",
        "The code is not right, or not valid any more; ask for a new one",
    ),
    "mail_not_configured": (
        "本服务未开通邮件，请用其他方式登录",
        "This service sends no e-mail; sign in another way",
    ),
    "consent_needed": (
        "请先同意隐私说明",
        "Please agree to the privacy notice first",
    ),
    "consent_version": (
        "隐私说明已更新为 {current} 版，请阅读后再同意",
        "The privacy notice is at version {current} now; please read it before you agree",
    ),
    "stale_profile": (
        "资料已在别处修改，请刷新后再试",
        "Your profile was changed elsewhere; load it again",
    ),
    "list_full": ("最多保存 {limit} 条", "At most {limit} can be kept"),
    **media_messages.MESSAGES,
    **booking_messages.MESSAGES,
    # What is wrong with a field
    "required": ("必填", "Required"),
    "unknown_field": ("未知字段", "Unknown field"),
    "unknown_parameter": ("未知参数", "Unknown parameter"),
    "repeated_parameter": ("参数重复", "Given more than once"),
    "null": ("不能为空", "May not be null"),
    "type": ("类型不正确", "Wrong type"),
    "choice": ("不是可选的值", "Not one of the choices"),
    "too_long": ("过长", "Too long"),
    "too_short": ("过短", "Too short"),
    "out_of_range": ("超出范围", "Out of range"),
    "format": ("格式不正确", "Wrong format"),
    "not_unique": ("重复", "Given more than once"),
    "link_missing": ("引用的内容不存在：{target}", "Linked item does not exist: {target}"),
    "link_not_live": ("引用的内容未发布：{target}", "Linked item is not live: {target}"),
    "markup_too_deep": (
        "富文本标签嵌套过深，或有大量标签未正确闭合",
        "The markup is nested too deeply, or many of its tags are not closed",
    ),
    "map_approval": (
        "地图须有审图号或书面豁免说明",
        "A map needs its approval number or a written exemption",
    ),
    "figure_source": ("数据须注明来源", "A figure needs its source"),
    "figure_range": ("区间须有下限与上限，且下限不大于上限", "A range needs low ≤ high"),
    "figure_value": ("须有数值", "A value is needed"),
    "stops_needed": ("至少需要两个点位", "At least two stops are needed"),
    "group_limits": ("人数下限不能大于上限", "The lower limit exceeds the upper limit"),
    "tree_loop": ("章节层级成环", "The chapter is its own ancestor"),
    "other_edition": ("上级章节属于另一版", "The parent belongs to another edition"),
}


def text(code: str, language: str, params: Mapping[str, object] | None = None) -> str:
    """Return the text of `code` in `language` (Chinese when unknown), filled with `params`."""
    chinese, english = MESSAGES[code]
    template = english if language == EN else chinese
    return template.format_map(dict(params)) if params else template


def has(code: str) -> bool:
    """Tell whether `code` has a text."""
    return code in MESSAGES
