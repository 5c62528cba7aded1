"""The checks of everything that a machine may do to a program amid its work: see the modules named here."""

from __future__ import annotations

from benchmarks.trust import downloads, homes, rooms, signals

CHECKS = [*rooms.CHECKS, *homes.CHECKS, *downloads.CHECKS, *signals.CHECKS]
