"""How much memory, time and disk the reading of one file may take.

Nothing of a file is known before it is read but its size, so time and disk grow with that. Memory does
not: every reader streams.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass

MEMORY_BYTES = 400 * 2**20
# Programs and mapped files count here too, and are not in danger of filling the machine.
ADDRESS_BYTES = 4 * 2**30
_CPU_SECONDS, _BYTES_PER_CPU_SECOND = 20, 200_000
# On a busy machine the clock runs ahead of the work.
_CLOCK_PER_CPU = 4
_DISK_BYTES, _DISK_PER_BYTE = 256 * 2**20, 200
_OPEN_FILES = 64


@dataclass(frozen=True)
class Bounds:
    """Limits for one file: bytes of memory and of each file written, seconds of work and of waiting."""

    memory_bytes: int
    address_bytes: int
    disk_bytes: int
    cpu_seconds: int
    clock_seconds: int


def bounds_for(size: int) -> Bounds:
    """The limits for a file of `size` bytes, as it lies on the disk."""
    cpu = _CPU_SECONDS + size // _BYTES_PER_CPU_SECOND
    return Bounds(
        memory_bytes=MEMORY_BYTES,
        address_bytes=ADDRESS_BYTES + 200 * size,
        disk_bytes=_DISK_BYTES + _DISK_PER_BYTE * size,
        cpu_seconds=cpu,
        clock_seconds=_CLOCK_PER_CPU * cpu,
    )


def confine(bounds: Bounds) -> None:
    """Hold this very process to `bounds`, for good; it leaves no core dump."""
    for what, limit in (
        (resource.RLIMIT_DATA, bounds.memory_bytes),
        (resource.RLIMIT_AS, bounds.address_bytes),
        (resource.RLIMIT_FSIZE, bounds.disk_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(what)
        own = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(what, (own, own))
    # The signal at the first limit says what it was; the second one ends whatever ignores it.
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_seconds, bounds.cpu_seconds + 1))
