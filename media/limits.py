"""How large media files may be, and how much they may ask of whoever opens them."""

from dataclasses import dataclass

from media.facts import Kind

MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The limits for each kind of file. Bytes, pixels and seconds."""

    image_bytes: int = 30 * MB
    image_pixels: int = 60_000_000
    film_bytes: int = 2048 * MB
    film_seconds: int = 2 * 60 * 60
    film_side: int = 4096
    film_streams: int = 8
    document_bytes: int = 100 * MB
    document_pages: int = 400
    subtitles_bytes: int = MB

    def bytes_of(self, kind: Kind) -> int:
        """Return how many bytes a file of this kind may have."""
        return {
            Kind.IMAGE: self.image_bytes,
            Kind.VIDEO: self.film_bytes,
            Kind.DOCUMENT: self.document_bytes,
            Kind.SUBTITLES: self.subtitles_bytes,
        }[kind]
