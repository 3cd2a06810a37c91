"""What a 行程单 consists of, in one language, whoever shows it: as data, as a page, on paper."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.departures import DepartureState
from models.enums import Coordinates, Language
from models.sites import GateNeed


@dataclass(frozen=True)
class Point:
    """A point of the map in GCJ-02, degrees."""

    lng: float
    lat: float
    crs: Coordinates = Coordinates.GCJ02


@dataclass(frozen=True)
class ItineraryStop:
    """A stop with its window (UTC); `travel_minutes` to the next one, None after the last.

    `x` and `y` place its pin on the map image, from 0 (left, top) to 1; absent where the visit
    was put together from single sites. `visit_note` is what the site asks of visitors.
    """

    number: int
    title: str
    arrives_at: dt.datetime
    leaves_at: dt.datetime
    travel_minutes: int | None
    note: str | None = None
    address: str | None = None
    visit_note: str | None = None
    location: Point | None = None
    x: float | None = None
    y: float | None = None

    @property
    def minutes(self) -> int:
        """Return how long the stay is."""
        return int((self.leaves_at - self.arrives_at).total_seconds() // 60)


@dataclass(frozen=True)
class MeetingPoint:
    """Where the group meets, and when (UTC)."""

    title: str
    at: dt.datetime
    note: str | None = None
    location: Point | None = None


@dataclass(frozen=True)
class MapFile:
    """The map image in one size; `key` is that of the media store."""

    key: str
    type: str
    width: int | None


@dataclass(frozen=True)
class MapImage:
    """The map image of a route, its files by width; the line under it is its 审图号 or exemption.

    `demo` tells that our own script drew it, pins and all.
    """

    width: int
    height: int
    files: Sequence[MapFile]
    alt: str | None = None
    approval: str | None = None
    exemption: str | None = None
    demo: bool = False


@dataclass(frozen=True)
class Place:
    """A place on a drawing, in shares of its width from the left and of its height from the top."""

    x: float
    y: float


@dataclass(frozen=True)
class SketchPin(Place):
    """A pin with what stands on it: a stop, several that lie together, the meeting point.

    `across` is how wide it is, as a share of the width of the drawing.
    """

    label: str
    numbers: Sequence[int]
    meeting: bool
    across: float


@dataclass(frozen=True)
class Sketch:
    """点位示意图: `width` and `height` are its shape, north is up.

    `path` leads from pin to pin in the order of the visit, with heads of `arrows` as triangles.
    `scale_metres` are as long as `scale`, a share of the width. `unplaced` stops have no
    coordinates; `meets` tells that the meeting point is on it. `caption` has to stand with it.
    """

    width: int
    height: int
    pins: Sequence[SketchPin]
    path: Sequence[Place]
    arrows: Sequence[Sequence[Place]]
    scale_metres: int
    scale: float
    unplaced: Sequence[int]
    meets: bool
    alt: str
    caption: str


@dataclass(frozen=True)
class Contact:
    """Whom to call on the way. What is not known stays empty."""

    name: str | None
    phone: str | None


@dataclass(frozen=True)
class Transport:
    """What takes the group from stop to stop."""

    name: str
    plate: str | None = None


@dataclass(frozen=True)
class Itinerary:
    """A 行程单. Times are UTC; `day` is that of the start in Shanghai.

    `state` is that of the departure. `contact` and `transport` are told only to who comes.
    `desk_phone` is whom to call where no guide can be called. `party` is the size of the
    group it is for; for staff, `people` who hold seats. `gate_needs` is what gates on the way must
    know of a group before it comes. `demo` marks 演示; `provisional` a day beyond the public
    calendar. `sketch` is there where there is no `map`.
    """

    departure: str
    language: Language
    title: str
    day: dt.date
    starts_at: dt.datetime
    ends_at: dt.datetime
    version: int
    state: DepartureState
    stops: Sequence[ItineraryStop]
    advice: Sequence[str]
    spoken: Language
    meeting: MeetingPoint | None = None
    map: MapImage | None = None
    sketch: Sketch | None = None
    contact: Contact | None = None
    desk_phone: str | None = None
    transport: Transport | None = None
    party: int | None = None
    people: int | None = None
    note: str | None = None
    gate_needs: Sequence[GateNeed] = ()
    cancel_by: dt.datetime | None = None
    answer_by: dt.datetime | None = None
    demo: bool = False
    provisional: bool = False
    bespoke: bool = False
