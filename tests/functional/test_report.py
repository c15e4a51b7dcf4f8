"""The report of a run: what it says, that it makes no request, and that no name of a scenario does anything in it."""

import contextlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from scenarios import report
from scenarios.agreement import Agreement, Row, Verdict
from scenarios.cli.app import run
from scenarios.documents import schema
from scenarios.reporting.gather import gather
from scenarios.reporting.whole import document
from sim.errors import ProblemsFound
from sim.roadmap import Roadmap
from tests.functional.browsing import chromium

SHOP = Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml"
LARGEST = 6_000_000
HOSTILE = {
    "pos": "</script><script>document.title='taken'</script>",
    "edr": "=cmd|'/c calc'!A1 <img src=x onerror=alert(1)>",
    "web": "../../x \u2028\u2029 %{x} ${x} {{ 7 * 7 }} `code`",
    "basic_backup": '<b>bold</b> <a href="https://example.org/">link</a> & \U0001f3ea' + "W" * 10_000,
    "cloud_backup": "\u202e\u05d2\u05d9\u05d1\u05d5\u05d9 \u0628\u0643\u0648",
}
WIDTHS = (1280, 390)
TRACES = """Object.fromEntries([...document.querySelectorAll('.chart')].map(
    chart => [chart.id.slice(6), chart.querySelectorAll('.cartesianlayer .trace').length]))"""
# Labels of an axis that lie on each other, and texts that are cut at the edge of their chart.
CLASHES = """[...document.querySelectorAll('.chart')].flatMap(chart => {
    const frame = chart.getBoundingClientRect(), found = [];
    for (const axis of ['.xtick text', '.ytick text']) {
        const boxes = [...chart.querySelectorAll(axis)].map(text => [text.textContent, text.getBoundingClientRect()]);
        boxes.forEach(([name, box], k) => boxes.slice(k + 1).forEach(([other, next]) => {
            const turn = chart.querySelector(axis).getAttribute('transform');
            const upright = axis[1] === 'y' || !/rotate\\((?!0)/.test(turn);
            const across = Math.min(box.right, next.right) - Math.max(box.left, next.left);
            const down = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
            if (upright && across > 2 && down > 4) found.push([chart.id, name, other]);
        }));
    }
    for (const text of chart.querySelectorAll('.main-svg text')) {
        const box = text.getBoundingClientRect();
        const outside = box.left < frame.left - 2 || box.right > frame.right + 2;
        if (box.width && outside) found.push([chart.id, text.textContent]);
    }
    return found;
})"""


class Page(HTMLParser):
    """What a page holds: attributes of each element, text outside scripts, and each script."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[str, str]] = []
        self.text = ""
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self._inside = dict(attrs).get("type") or "code"
            self.scripts.append((self._inside, ""))
        elif tag == "style":
            self._inside = "style"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.text += data
        elif self._inside != "style":
            kind, text = self.scripts[-1]
            self.scripts[-1] = (kind, text + data)


def planned(scenario: Path, out: Path, *options: str) -> Path:
    """The folder of a quick plan."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert run(["plan", str(scenario), "--seed", "7", "--out", str(out), *options]) == 0
    return out


def page_of(folder: Path) -> Page:
    """The parsed report of a folder."""
    page = Page()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    page.close()
    return page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan as the command writes it."""
    return planned(SHOP, tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of the same shop with names that mean harm."""
    home = tmp_path_factory.mktemp("hostile")
    yaml = YAML()
    content = yaml.load(SHOP.read_text(encoding="utf-8"))
    content["title"] = content["story"] = HOSTILE["pos"]
    for name, title in HOSTILE.items():
        content["initiatives"][name]["title"] = title
    for goal in content["goals"].values():
        goal["title"] = HOSTILE["basic_backup"]
    with (home / "shop.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    return planned(home / "shop.yaml", home / "run")


def test_page_is_whole_small_and_asks_for_nothing(folder: Path) -> None:
    """No element names an address outside the page, the policy forbids every request, and the file is small."""
    assert (folder / "report.html").stat().st_size < LARGEST
    page = page_of(folder)
    addresses = [value for _, found in page.elements for key, value in found.items()
                 if key in ("src", "href", "action", "data", "poster", "srcset", "background")]  # fmt: skip
    assert addresses
    assert all(value and value.startswith("#") for value in addresses)
    policy = next(found["content"] for tag, found in page.elements if tag == "meta" and "http-equiv" in found)
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline'; script" not in policy
    assert "unsafe-eval" not in policy
    own = page.scripts[-1][1]
    assert "fetch" not in own
    assert "http" not in own
    assert [kind for kind, _ in page.scripts] == ["application/json", "code", "code"]
    style = re.findall(r"<style>(.*?)</style>", (folder / "report.html").read_text(encoding="utf-8"), re.DOTALL)
    assert not re.search(r"url\(|@import", style[0])


def test_sentences_agree_with_the_plan(folder: Path) -> None:
    """Figures of the first screen and of the charts are those of plan.json."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    npv, text = plan["outcomes"]["npv"], page_of(folder).text
    assert figures["npv"]["rows"][0]["mean"] == npv["mean"]
    assert figures["npv"]["rows"][0]["prob_npv_negative"] == plan["outcomes"]["prob_npv_negative"]
    assert figures["npv"]["rows"][-1]["mean"] == plan["yardsticks"][0]["npv"]["mean"]
    assert sum(one["npv"]["mean"] for one in figures["contributions"]["initiatives"]) == pytest.approx(
        figures["contributions"]["npv"]["mean"]
    )
    here = next(one for one in figures["ladder"]["rows"] if one["factor"] == 1.0)
    assert here["npv"]["mean"] == npv["mean"]
    assert here["roadmap"] == plan["roadmap"]
    end = figures["course"]["fans"]["cumulative"]
    assert end["p5"][-1] <= end["p50"][-1] <= end["p95"][-1]
    assert f"{npv['mean']:,.0f}"[:2] in text
    assert f"{100 * plan['outcomes']['prob_npv_negative']:.1f} %" in text
    for name in plan["roadmap"]:
        assert gather(folder).name(name) in text
    assert plan["provenance"]["scenario_hash"] in text
    assert "was not run on this plan" in text
    assert text.count("UNVERIFIED") > 10


def test_every_chart_says_what_it_shows_and_has_a_table(folder: Path) -> None:
    """A sentence with a number and a table of the same figures beside each chart."""
    found = json.loads(next(text for kind, text in page_of(folder).scripts if kind == "application/json"))
    assert set(found) == {
        "budget", "gantt", "goals", "cash", "worth", "value", "contributions", "losses", "tornado", "ladder"
    }  # fmt: skip
    words = document(gather(folder))
    jsonschema.Draft202012Validator(schema("report")).validate(words)
    said = {one["key"]: one for one in words["parts"]}
    html = (folder / "report.html").read_text(encoding="utf-8")
    for key, chart in found.items():
        assert re.search(r"\d", said[key]["sentence"]), key
        part = html[html.index(f'id="chart-{key}"') :]
        assert "<caption>" in part[: part.index("</section>")], key
        axes = (chart["layout"]["xaxis"], chart["layout"]["yaxis"])
        assert any("title" in axis for axis in axes), key


def test_figures_follow_their_schema_and_skip_what_they_cannot(folder: Path) -> None:
    """The document of the figures; its command names the seed."""
    figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema("figures")).validate(figures)
    assert figures["skipped"] == {}
    assert figures["command"][:5] == ["roadfolio", "plan", "scenario.yaml", "--seed", "7"]


def test_the_command_of_the_report_makes_the_run_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same plan and the same figures, byte for byte; only the time that it took differs."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    monkeypatch.chdir(copy)
    command = json.loads((copy / "figures.json").read_text(encoding="utf-8"))["command"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert run(command[1:]) == 0
    assert (copy / "again" / "figures.json").read_bytes() == (copy / "figures.json").read_bytes()
    first, again = (json.loads((at / "plan.json").read_text(encoding="utf-8")) for at in (copy, copy / "again"))
    assert {**first, "seconds": 0.0} == {**again, "seconds": 0.0}


def test_report_is_written_anew_and_loses_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same bytes from the folder alone; another file that exists is refused without --force."""
    first = (folder / "report.html").read_bytes()
    assert report(folder, tmp_path / "one.html") == tmp_path / "one.html"
    assert (tmp_path / "one.html").read_bytes() == first
    assert run(["report", str(folder), "--out", str(tmp_path / "one.html")]) == 2
    assert "one.html exists already (add --force" in capsys.readouterr().err
    assert run(["report", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scenario"] == "corner_shop"
    assert (folder / "report.html").read_bytes() == first
    assert run(["report", str(tmp_path)]) == 2
    assert "holds no plan" in capsys.readouterr().err


def test_without_figures_the_report_says_so(folder: Path, tmp_path: Path) -> None:
    """A folder of an older run: nothing is invented, and the forecast still gives the company's cash."""
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    (old / "figures.json").unlink()
    report(old, force=True)
    text = page_of(old).text
    assert "the run holds no figures.json" in text
    assert "as the record of this plan forecasts it" in text
    assert "What the result hangs on" in text


def test_figures_and_comparison_of_another_plan_are_refused(folder: Path, tmp_path: Path) -> None:
    """Documents that do not belong together, and damaged ones."""
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    figures = json.loads((other / "figures.json").read_text(encoding="utf-8"))
    (other / "figures.json").write_text(json.dumps({**figures, "roadmap": {}}), encoding="utf-8")
    with pytest.raises(ProblemsFound, match="of another plan"):
        report(other, force=True)
    (other / "figures.json").write_text("{", encoding="utf-8")
    with pytest.raises(ProblemsFound, match="is damaged"):
        report(other, force=True)
    (other / "figures.json").unlink()
    (other / "verify.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ProblemsFound, match="compares the engines on another plan"):
        report(other, force=True)


def test_a_comparison_of_the_engines_is_told(folder: Path, tmp_path: Path) -> None:
    """What `verify --json` printed, kept beside the plan."""
    both = tmp_path / "both"
    shutil.copytree(folder, both)
    plan = json.loads((both / "plan.json").read_text(encoding="utf-8"))
    rows = (
        Row("npv", "difference", None, "EUR", 850.0, 900.0, -50.0, 150.0, 200.0, Verdict.PASS, 1),
        Row("wait", "roadmap", 2, "minutes", 12.0, 19.5, 6.0, 9.0, 1.0, Verdict.FAIL, 1),
    )
    made = Agreement(
        "corner_shop", plan["provenance"]["scenario_hash"], (Roadmap(tuple(plan["roadmap"].items())),), 7, 0, 20, rows
    )
    (both / "verify.json").write_text(json.dumps(made.document()), encoding="utf-8")
    report(both, force=True)
    text = page_of(both).text
    assert "played item by item on 20 draws" in text
    assert "Of 2 figures 1 PASS, 1 FAIL" in text
    assert "wait, roadmap, year 2" in text


def test_no_report_writes_none(tmp_path: Path) -> None:
    """And nothing of what it is made of."""
    run_folder = planned(SHOP, tmp_path / "bare", "--no-report", "--seconds", "5")
    assert not {"report.html", "figures.json"} & {path.name for path in run_folder.iterdir()}


def test_hostile_names_stay_text(hostile: Path) -> None:
    """No element, script or expression comes of a name; the data of the charts hold no letter that begins a tag."""
    assert (hostile / "report.html").stat().st_size < LARGEST
    page = page_of(hostile)
    assert [kind for kind, _ in page.scripts] == ["application/json", "code", "code"]
    assert not {"img", "iframe", "object", "embed", "form", "link"} & {tag for tag, _ in page.elements}
    assert not any(key.startswith("on") for _, found in page.elements for key in found)
    assert all((found.get("href") or "#").startswith("#") for _, found in page.elements)
    assert HOSTILE["pos"] in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "W" * 1000 not in page.text
    data = page.scripts[0][1]
    assert not set("<>&\u2028\u2029") & set(data)
    charts = json.loads(data)
    for label in charts["gantt"]["layout"]["yaxis"]["ticktext"]:
        assert not re.search(r"<(?!br>)", label), label


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, or the test is skipped and says why."""
    with chromium("the report") as opened:
        yield opened


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("which", ["folder", "hostile"])
def test_page_in_a_browser(which: str, width: int, browser: Any, request: pytest.FixtureRequest) -> None:
    """Offline: every chart draws, nothing is asked for or complained of, nothing scrolls sideways, no script of a name
    runs; opened tables do not widen the page."""
    at: Path = request.getfixturevalue(which)
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda one: asked.append(one.url))
    page.goto((at / "report.html").as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    charts = page.locator(".chart")
    assert charts.count() == 10
    assert page.evaluate(TRACES) == {
        key: len(chart["data"]) for key, chart in json.loads(page.locator("#figures").text_content()).items()
    }
    assert page.evaluate(CLASHES) == []
    assert page.evaluate("[...document.querySelectorAll('.chart')].every(c => c.scrollWidth <= c.clientWidth + 1)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.title().startswith("Roadmap: ")
    assert page.evaluate("document.querySelectorAll('.chart a').length") == 0
    assert complaints == []
    assert asked == [(at / "report.html").as_uri()]
    context.close()


def test_page_prints_to_a4(folder: Path, browser: Any) -> None:
    """No chart is wider than the printed page, whose margins are those of the style."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((folder / "report.html").as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=30_000)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = page.evaluate(
        "[...document.querySelectorAll('.chart .main-svg')].map(s => s.getBoundingClientRect().width)"
    )
    assert widths
    assert max(widths) <= 690.0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()
