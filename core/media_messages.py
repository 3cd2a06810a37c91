"""Texts about media: uploads, what is wrong with files, the store; see `core.messages`."""

MESSAGES: dict[str, tuple[str, str]] = {
    # The store
    "store_unavailable": (
        "媒体存储暂时没有响应，请稍后再试",
        "The media store does not answer at the moment, please try again",
    ),
    "store_full": (
        "媒体存储空间已满，请联系管理员",
        "The media store is full; please tell its staff",
    ),
    "link_ended": (
        "链接无效或已过期，请重新获取",
        "The link is not valid or past its time; fetch a new one",
    ),
    "parts_differ": (
        "分片缺失或与已上传的不一致，请续传后再完成",
        "A part is missing or is not the one that was uploaded; resume, then finish again",
    ),
    # Media files
    "media_broken": ("文件已损坏或不完整", "The file is damaged or incomplete"),
    "media_codec": ("不支持的音视频编码：{codec}", "Films in {codec} are not accepted"),
    "media_declared": (
        "文件类型与声明不符，实际为 {found}",
        "The file is not of the type declared, but {found}",
    ),
    "media_demanding": ("处理此文件所需内存过多", "The file asks for too much memory"),
    "media_duration": ("影片最长 {minutes} 分钟", "A film may last {minutes} minutes at most"),
    "media_empty": ("文件为空", "The file is empty"),
    "media_encrypted": (
        "PDF 设有密码，请去除密码后再上传",
        "The PDF asks for a password; remove it first",
    ),
    "media_mixed": (
        "文件中夹带了 {found} 内容",
        "There is something else in the file: {found}",
    ),
    "media_no_picture": ("影片没有画面", "The film has no pictures"),
    "media_pages": ("文档最多 {limit} 页", "A document may have {limit} pages at most"),
    "media_pixels": (
        "图片最大 {megapixels} 百万像素",
        "A picture may have {megapixels} megapixels at most",
    ),
    "media_side": (
        "影片画面的长边最大 {limit} 像素",
        "The longer side of a film may have {limit} pixels at most",
    ),
    "media_streams": ("影片最多含 {limit} 条音视频流", "A film may have {limit} streams at most"),
    "media_subtitles": (
        "字幕第 {line} 行不是有效的 WebVTT",
        "Line {line} of the subtitles is not valid WebVTT",
    ),
    "media_too_large": (
        "此类文件最大 {megabytes} MB",
        "A file of this kind may have {megabytes} MB at most",
    ),
    "media_type": (
        "不接受此类文件；可上传 JPEG、PNG、WebP、GIF、MP4、MOV、WebM、MKV、PDF、WebVTT",
        "Files of this type are not accepted; send JPEG, PNG, WebP, GIF, MP4, MOV, WebM, MKV, "
        "PDF or WebVTT",
    ),
    # Media in content
    "media_missing": ("媒体不存在：{target}", "No such media: {target}"),
    "media_processing": (
        "媒体正在处理，完成后才能发布：{target}",
        "This medium is being processed; publish when it is ready: {target}",
    ),
    "media_failed": (
        "媒体处理失败，不能发布：{target}",
        "This medium could not be processed, so it cannot be published: {target}",
    ),
    "media_internal": (
        "媒体仅供内部使用，不能发布：{target}",
        "This medium is internal and cannot be published: {target}",
    ),
    # Uploads and media items
    "media_check_failed": (
        "文件未能完成检查，请重新上传",
        "The file could not be checked; please upload it again",
    ),
    "media_hash": (
        "文件内容与所报的 SHA-256 不符，请重新上传",
        "The bytes do not have the SHA-256 that was told; upload the file again",
    ),
    "media_not_failed": (
        "只有处理失败的媒体可以重试",
        "Only media whose processing failed can be tried again",
    ),
    "media_not_kept": (
        "文件未被接受，请重新上传",
        "The file was not taken, so there is nothing to try again; upload it anew",
    ),
    "media_render_failed": (
        "处理未能完成：{reason}",
        "Processing did not come to its end: {reason}",
    ),
    "media_used": ("媒体正在使用，不能删除", "This medium is used, so it cannot be deleted"),
    "upload_ended": ("此次上传已结束", "This upload has ended"),
    "uploads_open": (
        "最多同时进行 {limit} 个上传，请先完成或取消",
        "At most {limit} uploads can be open; finish or abort one first",
    ),
}
