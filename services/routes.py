"""考察动线: what a route must have before it can be public."""

from models.routes import Route

STOPS_MIN = 2


def problems(route: Route) -> dict[str, object]:
    """Return what keeps a route from being published."""
    found: dict[str, object] = {}
    if len(route.stops) < STOPS_MIN:
        found["stops"] = "stops_needed"
    approval = route.map_approval
    if route.map_image and not (approval and (approval.number or approval.exemption)):
        found["map_approval"] = "map_approval"
    if route.booking and route.booking.group_min > route.booking.group_max:
        found["booking.group_min"] = "group_limits"
    return found
