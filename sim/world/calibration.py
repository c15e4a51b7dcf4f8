"""Corrections of the monthly kernel, measured against the company that is played item by item."""

import math

from pydantic import Field

from sim.world.base import Certain, World, plain

LOWEST, HIGHEST = 0.1, 10.0  # a factor beyond says that the kernel has no idea of the process: nothing to correct
MOST_NAMED = 3  # processes in a note


class Correction(World):
    """Factors on what the kernel says of the items of one process; 1: as the kernel says."""

    wait: Certain = plain("factor on the waits", low=LOWEST, high=HIGHEST, default=1.0)
    late: Certain = plain("factor on the share of completed items that are late", low=LOWEST, high=HIGHEST, default=1.0)
    gave_up: Certain = plain("factor on the share that gives up at a step", low=LOWEST, high=HIGHEST, default=1.0)


NONE = Correction()


class Calibration(World):
    """Corrections by process. Written by `roadfolio calibrate` into a file of its own beside the scenario."""

    processes: dict[str, Correction] = Field(default_factory=dict, description="process -> its corrections")
    note: str = plain("what to say of a calibration that is not used", default="")

    def of(self, process: str) -> Correction:
        """The corrections of a process; none where it is not named."""
        return self.processes.get(process, NONE)


def calibration_notes(calibration: Calibration) -> tuple[str, ...]:
    """What to say of the corrections beside a figure of the kernel: the processes that they change most.

    >>> calibration_notes(Calibration(processes={"sale": Correction(wait=1.12), "web": Correction()}))
    ('corrected by calibration against the company: waits (sale x1.12)',)
    """
    parts = []
    for field, words in (("wait", "waits"), ("late", "late shares"), ("gave_up", "shares that give up")):
        factors = [(name, float(getattr(row, field))) for name, row in calibration.processes.items()]
        told = sorted((f for f in factors if abs(f[1] - 1.0) >= 0.005), key=lambda f: -abs(math.log(f[1])))
        if told:
            shown = [f"{name} x{factor:.2f}" for name, factor in told[:MOST_NAMED]]
            parts.append(f"{words} ({', '.join(shown)}{', …' if len(told) > MOST_NAMED else ''})")
    notes = [f"corrected by calibration against the company: {'; '.join(parts)}"] if parts else []
    return (*notes, *([calibration.note] if calibration.note else []))
