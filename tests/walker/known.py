"""Faults that walks have found and that nobody mended yet. Each line goes when its fault does."""

import re

from tests.walker.oracles import Fault

# (kind, where, what was seen), each a pattern for the whole; then why it is still so.
KNOWN: tuple[tuple[str, str, str, str], ...] = ()


def is_known(fault: Fault) -> str:
    """Return why a fault is still there, or nothing."""
    for kind, where, seen, why in KNOWN:
        if fault.kind == kind and re.fullmatch(where, fault.where) and re.fullmatch(seen, fault.seen):
            return why
    return ""
