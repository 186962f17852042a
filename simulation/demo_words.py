"""Figures as people read them."""

from datetime import date


def duration_text(ms: int) -> str:
    """Minutes and seconds: 2:05; from an hour on hours and minutes: 1h02."""
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}" if hours else f"{minutes}:{seconds:02d}"


def ratio_text(ratio: float | None, digits: int = 0) -> str:
    """Percent: 58 %; a dash if there is nothing to count."""
    return "-" if ratio is None else f"{100 * ratio:.{digits}f} %"


def seconds_text(ms: int | None, digits: int = 0) -> str:
    """Seconds: 35 s; a dash if there is nothing to count."""
    return "-" if ms is None else f"{ms / 1000:.{digits}f} s"


def date_text(day: str) -> str:
    """The date in words: Monday, 1 February 1999."""
    moment = date.fromisoformat(day)
    return f"{moment:%A}, {moment.day} {moment:%B %Y}"


def speed_text(speed: float) -> str:
    """How fast the day is played."""
    return f"{speed:,g} times real time" if speed else "as fast as possible"
