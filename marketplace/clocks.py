"""Local times and the moments they mean, also where the clocks are put forward or back."""

import datetime as dt
from zoneinfo import ZoneInfo


def moments_of(local: dt.datetime, zone: ZoneInfo) -> list[dt.datetime]:
    """Return the moments at which clocks in `zone` show `local` (naive), earliest first, in UTC.

    That is one on most days; none within the hour the clocks skip, two within the hour they show again.
    """
    found = {local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)}
    return sorted(each for each in found if each.astimezone(zone).replace(tzinfo=None) == local)


def gap_around(local: dt.datetime, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """Return from when to when the clocks in `zone` are put forward over `local`, a time that does not exist there."""
    before, after = (local.replace(tzinfo=zone, fold=fold).utcoffset() or dt.timedelta() for fold in (0, 1))
    # Taken with the offset from after the change, the time comes too early; with that from before, too late.
    early, late = (local - after).replace(tzinfo=dt.UTC), (local - before).replace(tzinfo=dt.UTC)
    while late - early > dt.timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    change = late.replace(microsecond=0, tzinfo=None)
    return change + before, change + after


def offset_name(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Name by how much clocks in `zone` differ from UTC at `moment`: `UTC+02:00`."""
    written = f"{moment.astimezone(zone):%z}"
    return f"UTC{written[:3]}:{written[3:5]}"
