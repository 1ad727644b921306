"""Ports as people write them: a number, a range with both ends, or a list of either."""

from __future__ import annotations

LAST = 65535
Range = tuple[int, int]


def port_range(value: int | str) -> Range | None:
    """First and last port, or None where it is no range of ports, or not known yet."""
    first, _, last = str(value).partition("-")
    if not first.isdecimal() or not (last or first).isdecimal():
        return None
    ends = (int(first), int(last or first))
    return ends if ends[0] <= ends[1] <= LAST and (ends[0] or not last) else None


def port_ranges(value: int | str | list[int | str]) -> tuple[Range, ...]:
    """All ranges, in the order to try them; what is no range was reported before."""
    values = value if isinstance(value, list) else [value]
    return tuple(found for one in values if (found := port_range(one)) is not None)
