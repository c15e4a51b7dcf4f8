"""Scenario discovery: in which part of the driver worlds does a roadmap fail, and which signs show it in time?

Half of the points choose the boxes (PRIM, see `scenarios.boxes.prim`), the other half measures them: no printed share
comes from the draws that chose its box.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound, suggest

if TYPE_CHECKING:
    from scenarios.boxes.criterion import Criterion
    from scenarios.boxes.prim import Limits
    from scenarios.boxes.report import Box, Discovery, Share, Signpost
    from sim.roadmap import Roadmap
    from sim.world import Scenario

Progress = Callable[[int], None]
"""Called with the number of draws done."""
POINTS, NOISE, BOXES, CONDITIONS = 512, 8, 2, 3
FEWEST_POINTS = 200
FEWEST_NOISE = 8
"""Draws of the events at each point from which on a mean is called that of the point."""
SIGNPOSTS = 3
FIND_FROM, TEST_FROM = 8_000_000, 9_000_000
MOST_DRAWS = 400_000


def discover(
    scenario: Scenario,
    roadmap: Mapping[str, int] | Roadmap,
    fails: str = "npv<0",
    seed: int = 1,
    *,
    of: str = "draws",
    drivers: Sequence[str] = (),
    points: int = POINTS,
    noise: int = NOISE,
    boxes: int = BOXES,
    conditions: int = CONDITIONS,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Discovery:
    """Boxes of driver values in which a roadmap fails more often than elsewhere, and conditions to watch.

    fails: `npv<0`, `cash_trough<20k`, `cost>100k` [currency] or `goal:NAME`. of: `draws` = a single draw with its
    events fails, so that density is a probability; `drivers` = the mean over the events of a point fails. drivers:
    paths, or parts of the scenario below which all are meant, that boxes may restrict; none: all but those of
    initiatives that the roadmap leaves out. points: that choose the boxes, 200 or more, and as many again that measure
    them; noise: draws of the events at each, 8 or more with `drivers`. boxes, conditions:
    most boxes, and most restrictions of each. Raises ProblemsFound.
    """
    import numpy as np

    from scenarios.boxes.criterion import criterion
    from scenarios.boxes.prim import covering, measures, trajectory
    from scenarios.boxes.report import Discovery
    from scenarios.decisions.worlds import below, concerned
    from sim.montecarlo.conditional import table_of
    from sim.roadmap import roadmap as validated

    _check(of, points, noise, boxes, conditions)
    judged = criterion(fails, scenario)
    chosen = validated(scenario, roadmap)
    table = table_of(scenario)
    luck = set(table.luck)
    paths = {one.path: j for j, one in enumerate(table.drivers) if j not in luck}
    if not paths:
        raise ProblemsFound(
            [Problem("scenario", "the scenario has no uncertain number, so there are no boxes of them")]
        )
    wanted = below(list(paths), drivers, "--driver") if drivers else concerned(paths, [chosen.as_dict]) or list(paths)
    columns = [paths[path] for path in wanted]
    units = [table.drivers[j].unit for j in columns]
    known = [
        _simulated(scenario, chosen, judged, of, points, noise, seed, first, threads, progress, done)
        for first, done in ((FIND_FROM, 0), (TEST_FROM, points * noise))
    ]
    (theta, y, _, notes), (fresh, fresh_y, unsure, _) = known
    x, fresh_x = theta[:, columns], fresh[:, columns]
    found = covering(x, y, boxes, conditions) if 0.0 < y.mean() < 1.0 else []
    told, left, fresh_left = [], np.ones(points, dtype=bool), np.ones(points, dtype=bool)
    for box in found:
        told.append(_box(box, wanted, units, x[left], y[left], fresh_x, fresh_y, fresh_left))
        left &= ~box.inside(x)
        fresh_left &= ~box.inside(fresh_x)
    path = trajectory(x, y) if found else []
    steps = [measures(box, fresh_x, fresh_y) for box in path]
    return Discovery(
        scenario=scenario.name,
        scenario_hash=scenario.hash(),
        title=scenario.title,
        currency=scenario.profile.currency,
        seed=seed,
        points=points,
        noise=noise,
        roadmap=chosen.as_dict,
        fails=judged.text,
        words=judged.words(scenario),
        of=of,
        base=_share(fresh_y),
        unsure=_share(unsure.astype(np.float64)) if of == "drivers" else None,
        boxes=tuple(told),
        signposts=_signposts(told, wanted, fresh_x, fresh_y),
        trajectory=tuple(
            (len(box.restricted), one.density, one.coverage, one.support) for box, one in zip(path, steps, strict=True)
        ),
        notes=notes,
    )


def _check(of: str, points: int, noise: int, boxes: int, conditions: int) -> None:
    problems = []
    if of not in ("draws", "drivers"):
        problems.append(Problem("--of", f"failing is not of {of}", of, suggest(of, ("draws", "drivers"))))
    if points < FEWEST_POINTS:
        text = "too few points of the drivers to find boxes in"
        problems.append(Problem("points", text, points, f"{FEWEST_POINTS} or more; {POINTS} unless stated"))
    if noise < 1:
        problems.append(Problem("noise", "every point needs a draw of the events", noise, "1 or more"))
    elif of == "drivers" and noise < FEWEST_NOISE:
        text = "the mean of so few draws is luck, which says nothing of the drivers of a point"
        problems.append(Problem("noise", text, noise, f"{FEWEST_NOISE} or more, or --of draws"))
    if points * noise > MOST_DRAWS:
        text = f"{points} x {noise} draws are more than memory is planned for"
        problems.append(Problem("points", text, points * noise, f"points times noise at most {MOST_DRAWS:,}"))
    for name, value in (("boxes", boxes), ("conditions", conditions)):
        if not 1 <= value <= 10:
            problems.append(Problem(name, "outside the range", value, "1 to 10"))
    if problems:
        raise ProblemsFound(problems)


def _simulated(
    scenario: Scenario,
    chosen: Roadmap,
    judged: Criterion,
    of: str,
    points: int,
    noise: int,
    seed: int,
    first: int,
    threads: int | None,
    progress: Progress | None,
    before: int,
) -> tuple[Any, Any, Any, tuple[str, ...]]:
    """Values of the drivers (points, drivers), what fails and what luck leaves open (points,), and notes."""
    from scenarios.decisions.worlds import spread_levels
    from sim.montecarlo import evaluate
    from sim.montecarlo.conditional import table_of
    from sim.montecarlo.estimate import shared_note
    from sim.montecarlo.given import Given

    table = table_of(scenario)
    levels = spread_levels(table, points, seed, first)
    found = evaluate(
        scenario, [chosen], points * noise, seed, first_draw=first, noise=noise, detail=judged.needs_kpis,
        given=Given(levels, common=False), threads=threads,
        progress=None if progress is None else lambda done: progress(before + done),
    )  # fmt: skip
    notes = tuple(note for note in found.notes if note != shared_note(noise))
    return table.values_at(levels)[0], *judged.failing(scenario, found[0], noise, of), notes


def _box(
    box: Limits, paths: Sequence[str], units: Sequence[str], x: Any, y: Any, fresh_x: Any, fresh_y: Any, left: Any
) -> Box:
    """A box in words, with quasi p-values on the points that chose it and shares on the others. left: of these, the
    ones that no box before holds."""
    import numpy as np

    from scenarios.boxes.prim import quasi_p
    from scenarios.boxes.report import Box, End, Share, finite

    p = quasi_p(box, x, y)
    ends = sorted(
        (End(paths[j], units[j], finite(box.low[j]), finite(box.high[j]), p[j]) for j in box.restricted),
        key=lambda end: (end.quasi_p, end.driver),
    )
    inside = box.inside(fresh_x) & left
    density = _share(fresh_y[inside])
    rest = _share(fresh_y[left & ~inside])
    total = float(fresh_y.mean())
    coverage = float((fresh_y * inside).mean()) / total if total else 0.0
    influence = (fresh_y * inside - coverage * fresh_y) / total if total else np.zeros(len(fresh_y))
    covered = Share(coverage, float(np.std(influence, ddof=1) / np.sqrt(len(fresh_y))))
    denser = density.value > float(fresh_y.mean())  # what is left may fail seldom, and so may a box of it
    confirmed = denser and density.value - rest.value > 2.0 * float(np.hypot(density.se, rest.se))
    return Box(tuple(ends), density, covered, _share(inside.astype(np.float64)), confirmed)


def _signposts(told: Sequence[Box], paths: Sequence[str], x: Any, y: Any) -> tuple[Signpost, ...]:
    """The conditions of the confirmed boxes, each alone, the one that tells most apart first; only those that do
    tell failing from not failing beyond their errors."""
    import numpy as np

    from scenarios.boxes.report import Signpost

    found: dict[str, Signpost] = {}
    for box in told:
        for end in box.ends if box.confirmed else ():
            column = x[:, paths.index(end.driver)]
            low, high = (-np.inf if end.low is None else end.low), (np.inf if end.high is None else end.high)
            holds = (column >= low) & (column <= high)
            one = Signpost(end, _share(y[holds]), _share(y[~holds]), _share(holds.astype(np.float64)))
            if one.beyond.value - one.otherwise.value > 2.0 * float(np.hypot(one.beyond.se, one.otherwise.se)):
                found.setdefault(end.driver, one)
    order = sorted(found.values(), key=lambda one: one.otherwise.value - one.beyond.value)
    return tuple(order[:SIGNPOSTS])


def _share(values: Any) -> Share:
    import numpy as np

    from scenarios.boxes.report import Share

    n = len(values)
    if n < 2:
        return Share(float(values.mean()) if n else 0.0, 0.5)
    return Share(float(values.mean()), float(np.std(values, ddof=1) / np.sqrt(n)))
