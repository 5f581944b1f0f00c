"""The calendar domain."""

from swarm.domains.calendar.domain import CalendarDomain

__all__ = ["CalendarDomain"]
