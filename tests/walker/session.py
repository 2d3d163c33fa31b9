"""Walks one after the other, each on a fresh copy of the filled network; what was found, once, and shrunk."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.walker.known import is_known
from tests.walker.oracles import Fault
from tests.walker.shrinking import shortest
from tests.walker.sweep import Sweep
from tests.walker.walk import Step, Walk
from tests.walker.world import Worlds


@dataclass
class Session:
    """What walks of one kind of database have found so far."""

    worlds: Worlds
    kind: str
    seen: Counter[str] = field(default_factory=Counter)
    found: dict[tuple[str, str, str], tuple[Fault, list[Step]]] = field(default_factory=dict)
    known: Counter[str] = field(default_factory=Counter)
    steps: int = 0

    def walk(self, seed: int, count: int, *, together: bool) -> None:
        """Take one walk, and keep each fault that was not seen before with the steps to it."""
        with self.worlds.open(self.kind) as world:
            walk = Walk(world, seen=self.seen)
            walk.wander(count, seed=seed, together=together)
        self._keep(walk)

    def sweep(self, who: str, seed: int) -> Sweep:
        """Let one person meet every kind of page and form, and keep what was wrong."""
        with self.worlds.open(self.kind) as world:
            sweep = Sweep(Walk(world), world.browsers[who], Random(seed))
            sweep.run()
        self._keep(sweep.walk)
        return sweep

    def _keep(self, walk: Walk) -> None:
        self.steps += len(walk.steps)
        for fault, length in walk.faults:
            why = is_known(fault)
            if why:
                self.known[why] += 1
            else:
                self.found.setdefault(fault.key, (fault, walk.steps[:length]))

    def again(self, steps: Sequence[Step]) -> set[tuple[str, str, str]]:
        """Take these steps in a fresh world, and return the faults they show."""
        with self.worlds.open(self.kind) as world:
            walk = Walk(world)
            for step in steps:
                walk.take(step)
            return {fault.key for fault, _ in walk.faults}

    def report(self, *, seconds: float = 60) -> str:
        """Return every fault with the shortest steps to it that the time allowed to find."""
        until = time.monotonic() + seconds
        texts = []
        for key, (fault, steps) in self.found.items():
            left = (until - time.monotonic()) / max(1, len(self.found) - len(texts))
            kept = (
                shortest(steps, lambda less, key=key: key in self.again(less), seconds=left)
                if left > 0
                else steps
            )
            texts.append(
                "\n".join([f"{self.kind}: {fault}", *(f"    {n}. {step}" for n, step in enumerate(kept, 1))])
            )
        return "\n\n".join(texts)
