"""The rules of booking as the settings have them, for this process."""

import datetime as dt
from dataclasses import dataclass

from core.settings import Settings


@dataclass(frozen=True)
class Policy:
    """What holds for all departures. Hours of quiet are those of Shanghai.

    `desk_phone` is what visitors are told to call where nobody else is named; None: nothing.
    """

    settings: Settings
    decision: dt.timedelta
    offer: dt.timedelta
    minimum: dt.timedelta
    strikes: int
    strikes_within: dt.timedelta
    suspension: dt.timedelta
    company_kept: dt.timedelta
    quiet_from: int
    quiet_until: int
    proposal: dt.timedelta
    desk_phone: str | None


_policies: list[Policy] = []


def configure(settings: Settings) -> None:
    """Take the rules from the settings."""
    _policies[:] = [
        Policy(
            settings=settings,
            decision=dt.timedelta(hours=settings.booking_decision_hours),
            offer=dt.timedelta(minutes=settings.booking_offer_minutes),
            minimum=dt.timedelta(hours=settings.booking_minimum_hours),
            strikes=settings.booking_strikes,
            strikes_within=dt.timedelta(days=settings.booking_strike_days),
            suspension=dt.timedelta(days=settings.booking_suspension_days),
            company_kept=dt.timedelta(days=settings.booking_company_days),
            quiet_from=settings.quiet_from,
            quiet_until=settings.quiet_until,
            proposal=dt.timedelta(hours=settings.visit_proposal_hours),
            desk_phone=settings.desk_phone or None,
        )
    ]


def current() -> Policy:
    """Return the rules of this process."""
    if not _policies:
        message = "services.booking_policy.configure was not called"
        raise RuntimeError(message)
    return _policies[0]
