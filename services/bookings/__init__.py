"""Bookings of site visits: requested, decided, waited for, moved, attended."""
