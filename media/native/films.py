"""Looking into films, by PyAV. They are rendered by ffmpeg, see `media.films`."""

from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from core.errors import Invalid

VIDEO_CODECS = {
    *("h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "prores", "mjpeg", "dnxhd"),
}
AUDIO_CODECS = {
    "aac",
    "mp3",
    "mp3float",
    "opus",
    "libopus",
    "vorbis",
    "flac",
    "alac",
    "ac3",
    "eac3",
}
# How much earlier than told the last picture may end.
SLACK_S = 0.5
# SMPTE ST 2084 and ARIB STD-B67, as ITU-T H.273 numbers them: what phones film in as HDR.
_HDR = {16, 18}
_ONLY_FILES = {"protocol_whitelist": "file"}


def probe(
    path: str, demuxer: str, max_side: int, max_seconds: int, max_streams: int
) -> dict[str, Any]:
    """Read a film whole, decode its first picture, and return what a player and ffmpeg need.

    Width and height are as seen: turned, and with square pixels. `rate` is pictures a second.
    """
    try:
        with av.open(path, format=demuxer, options=_ONLY_FILES) as film:
            video = _checked_streams(film, max_streams)
            picture = next(film.decode(video))
            facts = _seen(video, picture, max_side)
        with av.open(path, format=demuxer, options=_ONLY_FILES) as film:
            duration = _read_whole(film)
    except (av.FFmpegError, StopIteration, ValueError, OverflowError, UnicodeError):
        raise Invalid("media_broken") from None
    if duration > max_seconds:
        raise Invalid("media_duration", minutes=max_seconds // 60)
    return {**facts, "duration": round(duration, 3)}


def _checked_streams(film: InputContainer, most: int) -> VideoStream:
    """Return the stream to show; refuse films without one, or in codecs that are not taken."""
    if len(film.streams) > most:
        raise Invalid("media_streams", limit=most)
    pictures = film.streams.video
    if not pictures or av.stream.Disposition.attached_pic in pictures[0].disposition:
        raise Invalid("media_no_picture")
    video = pictures[0]
    sound = film.streams.audio[:1]
    names = [
        (video.codec_context, VIDEO_CODECS),
        *((one.codec_context, AUDIO_CODECS) for one in sound),
    ]
    for context, taken in names:
        name = context.name if context else "?"
        if name not in taken and not name.startswith("pcm_"):
            raise Invalid("media_codec", codec=name)
    return video


def _seen(video: VideoStream, picture: av.VideoFrame, max_side: int) -> dict[str, Any]:
    if max(picture.width, picture.height) > max_side:
        raise Invalid("media_side", limit=max_side)
    shape = video.sample_aspect_ratio
    width = round(picture.width * float(shape)) if shape and 0.1 < shape < 10 else picture.width
    size = (max(1, width), picture.height)
    if picture.rotation % 180:
        size = (size[1], size[0])
    rate = video.average_rate or video.guessed_rate
    return {
        "width": size[0],
        "height": size[1],
        "rate": float(rate) if rate else 25.0,
        "sound": bool(video.container.streams.audio),
        "hdr": video.codec_context.color_trc in _HDR,
    }


def _read_whole(film: InputContainer) -> float:
    """Return the duration in seconds; a film that ends before it should is refused."""
    last = first = None
    for packet in film.demux():
        if packet.size == 0 or packet.stream.type not in ("video", "audio"):
            continue
        if packet.is_corrupt:
            raise Invalid("media_broken")
        if packet.pts is None or packet.time_base is None:
            continue
        began = float(packet.pts * packet.time_base)
        ended = began + float((packet.duration or 0) * packet.time_base)
        first = began if first is None else min(first, began)
        last = ended if last is None else max(last, ended)
    if last is None or first is None:
        raise Invalid("media_broken")
    told = film.duration / av.time_base if film.duration else last - first
    if last - min(first, 0) < told - SLACK_S or told <= 0:
        raise Invalid("media_broken")
    return float(told)
