"""The scenario as it is now, as a file: the planner's own one with its comments, changed only where it was changed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, ProblemsFound

if TYPE_CHECKING:
    from scenarios.workbench.edits import Edits
    from scenarios.workbench.work import Source
    from sim.world import Scenario


def as_yaml(source: Source, base: Scenario, edits: Edits, scenario: Scenario) -> str:
    """Text of a file that states the scenario, its calibration included, so that loading it gives the same hash.

    base: as it was loaded. Only the values that were changed are written into the planner's file. Where that cannot be
    done, its lines may break elsewhere; where that cannot be done either, the whole scenario is written anew, without
    its comments. Raises ProblemsFound where neither says the same as the page.
    """
    if not edits and not scenario.calibration.processes:
        return source.content.decode("utf-8-sig")
    from ruamel.yaml.error import YAMLError

    for way in (_spliced, _in_place):
        try:
            text = way(source, base, edits, scenario)
            if _hash(text) == scenario.hash():
                return text
        except (ProblemsFound, YAMLError, KeyError, IndexError, TypeError, ValueError):
            continue
    text = _anew(scenario)
    if _hash(text) != scenario.hash():
        hint = "make the changes in the file itself"
        raise ProblemsFound([Problem("", "what was changed cannot be written as a file", None, hint)])
    return text


def _hash(text: str) -> str:
    from scenarios.load import parse

    return parse(text.encode(), "scenario.yaml").hash()


def _spliced(source: Source, base: Scenario, edits: Edits, scenario: Scenario) -> str:
    """The text of the file, of which only the values that were changed are written anew."""
    from scenarios.workbench.splice import Splices

    splices = Splices(source.content.decode("utf-8-sig"))
    now = scenario.model_dump(mode="json")
    for path, _ in edits.values:
        keys = _keys(now, path)
        splices.put(keys, _stated(_at(now, keys)))
    pins = {name: _pin(one) for name, one in scenario.pins.items()}
    added = {name: pin for name, pin in pins.items() if scenario.pins[name] != base.pins.get(name)}
    for name, pin in added.items() if base.pins else ():
        splices.put(["pins", name], pin)
    if added and not base.pins:
        splices.put(["pins"], added)
    for name in base.pins:
        if name not in pins:
            splices.remove(["pins", name])
    risk, before = scenario.money.risk, base.money.risk
    if risk is not None and before is None:
        splices.put(["money", "risk"], risk.model_dump(mode="json", exclude_defaults=True))
    elif risk is not None and before is not None and risk != before:
        splices.put(["money", "risk", "weight"], risk.weight)
    if source.calibration is not None and scenario.calibration.processes:
        stated = {key: value for key, value in _stated(now["calibration"]).items() if value}
        splices.append(_block({"calibration": stated}))
    return splices.made()


def _pin(pin: Any) -> dict[str, Any]:
    """What a planner states of a pin."""
    return dict(pin.model_dump(mode="json", exclude_defaults=True))


def _keys(now: Any, path: str) -> list[Any]:
    """The keys of a path; one of them may hold dots."""
    keys, rest = [], path.split(".")
    while rest:
        width = next((n for n in range(len(rest), 0, -1) if _has(now, ".".join(rest[:n]))), 0)
        if width == 0:
            raise KeyError(path)
        keys.append(int(rest[0]) if isinstance(now, list) else ".".join(rest[:width]))
        now, rest = now[keys[-1]], rest[width:]
    return keys


def _block(content: Any) -> str:
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False
    yaml.width = 120
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _in_place(source: Source, base: Scenario, edits: Edits, scenario: Scenario) -> str:
    from ruamel.yaml import YAML

    yaml: Any = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 100_000  # long lines stay long
    data = yaml.load(source.content.decode("utf-8-sig"))
    now, before = scenario.model_dump(mode="json"), base.model_dump(mode="json")
    for path, _ in edits.values:
        _put(data, now, path.split("."))
    for block in ("money.risk", *(["calibration"] if scenario.calibration.processes else [])):
        keys = block.split(".")
        if block == "calibration" or _at(now, keys) != _at(before, keys):
            _put(data, now, keys)
    if scenario.pins != base.pins:
        data["pins"] = {name: _pin(one) for name, one in scenario.pins.items()}
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _at(data: Any, keys: list[Any]) -> Any:
    for key in keys:
        data = data[key]
    return data


def _put(data: Any, now: Any, keys: list[str]) -> None:
    """Put into `data` what stands in `now` at the end of the keys. A key may hold dots; what is missing is made."""
    while True:
        width = next((n for n in range(len(keys), 0, -1) if _has(now, ".".join(keys[:n]))), 0)
        if width == 0:
            raise KeyError(".".join(keys))
        key: Any = ".".join(keys[:width])
        place = int(key) if isinstance(now, list) else key
        keys = keys[width:]
        if not keys:
            data[place] = _stated(now[place])
            return
        if isinstance(data, dict) and (place not in data or not isinstance(data[place], Mapping | list)):
            data[place] = {}
        data, now = data[place], now[place]


def _has(data: Any, key: str) -> bool:
    if isinstance(data, list):
        return key.isdigit() and int(key) < len(data)
    return isinstance(data, Mapping) and key in data


def _stated(value: Any) -> Any:
    """Without what is not stated, so that the file does not fill with `null`."""
    if isinstance(value, Mapping):
        return {key: _stated(item) for key, item in value.items() if item is not None}
    return [_stated(item) for item in value] if isinstance(value, list) else value


def _anew(scenario: Scenario) -> str:
    from sim.world.stated import strip_unstated

    content = scenario.model_dump(mode="json")
    strip_unstated(content)
    return _block(_stated(content))
