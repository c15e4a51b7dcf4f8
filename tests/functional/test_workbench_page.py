"""The workbench in a real browser: a change by keyboard is answered, kept, compared, taken back and written."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from scenarios.load import load
from tests.functional.browsing import chromium

pytest.importorskip("dash")

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "tests" / "data" / "corner_shop.yaml"
HOSTILE = {
    "pos": "</script><script>document.title='taken'</script>",
    "edr": "=cmd|'/c calc'!A1 <img src=x onerror=alert(1)>",
    "web": "../../x \u2028\u2029 %{x} ${x} {{ 7 * 7 }} `code`",
    "basic_backup": '<b>bold</b> <a href="https://example.org/">link</a> & \U0001f3ea' + "W" * 10_000,
    "cloud_backup": "\u202e\u05d2\u05d9\u05d1\u05d5\u05d9 \u0628\u0643\u0648",
}
PATIENCE = 90_000  # milliseconds; the first answer may have to wait for compilation
BUDGET = "money.budgets.change.amount"
CUT = """[...document.querySelectorAll('button, .button, label, h1, h3, .figure, .place, summary')].filter(
    one => one.scrollWidth > one.clientWidth + 2 && one.clientWidth > 1 && getComputedStyle(one).display !== 'inline'
).map(one => one.textContent.slice(0, 40))"""
UNNAMED = """[...document.querySelectorAll('input, button, a[href], [role=combobox], [role=slider]')].filter(one =>
    !one.labels?.length && !one.textContent.trim() && !one.getAttribute('aria-label')
    && !one.getAttribute('aria-labelledby') && !one.closest('[role=group][aria-label]')
).map(one => one.outerHTML.slice(0, 120))"""


def part(kind: str, key: str) -> str:
    """Selector of a part of the page that exists once for each key."""
    return f"[id='{json.dumps({'key': key, 'kind': kind}, separators=(',', ':'))}']"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium, or the test is skipped and says why."""
    with chromium("the workbench") as opened:
        yield opened


class Running:
    """The command as a planner runs it."""

    def __init__(self, scenario: Path) -> None:
        command = [sys.executable, "-m", "scenarios.cli", "app", str(scenario), "--no-browser", "--seed", "7"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.address = re.findall(r"http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{64}", line)[0]

    @property
    def home(self) -> str:
        """The address without the token."""
        return self.address.partition("?")[0]

    def end(self) -> str:
        """End it as Ctrl-C does; returns what it wrote to stderr."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        return errors


@pytest.fixture(scope="module")
def shop(browser: Any) -> Iterator[Running]:
    """The workbench of the corner shop; it may not have written a word to stderr, but that it compiles."""
    running = Running(SHOP)
    yield running
    errors = [line for line in running.end().splitlines() if not line.startswith("compiling the kernel")]
    assert errors == []


@pytest.fixture(scope="module")
def hostile(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The same shop with names that mean harm."""
    yaml = YAML()
    content = yaml.load(SHOP.read_text(encoding="utf-8"))
    content["title"] = content["story"] = HOSTILE["pos"]
    for name, title in HOSTILE.items():
        content["initiatives"][name]["title"] = title
    file = tmp_path_factory.mktemp("hostile") / "shop.yaml"
    with file.open("w", encoding="utf-8") as stream:
        yaml.dump(content, stream)
    running = Running(file)
    yield running
    running.end()


class Page:
    """An open page that notes every complaint and every request."""

    def __init__(self, browser: Any, running: Running, width: int = 1280) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda one: self.asked.append(one.url))
        self.running = running
        self.page.goto(running.address)

    def until(self, words: str) -> None:
        """Wait until the state says these words."""
        self.page.locator("#words", has_text=words).wait_for(timeout=PATIENCE)

    def answered(self) -> None:
        """Wait for an answer to what was changed last, coarse or better."""
        self.page.locator("#words", has_text=re.compile("Coarse|Refin")).wait_for(timeout=PATIENCE)
        self.page.locator("#main:not(.stale)").wait_for(timeout=PATIENCE)

    def text(self, selector: str) -> str:
        """What a part says."""
        return str(self.page.inner_text(selector))

    def choose(self, selector: str, option: str) -> None:
        """Open a list by keyboard, walk to an option and take it."""
        self.page.focus(selector)
        self.page.keyboard.press("Enter")
        self.page.locator(".dash-options-list-option-checkbox:focus").wait_for(state="attached", timeout=PATIENCE)
        for _ in range(20):
            if self.page.evaluate("document.activeElement.value") == option:
                break
            self.page.keyboard.press("ArrowDown")
            self.page.wait_for_timeout(50)
        self.page.keyboard.press("Enter")
        self.page.locator(selector, has_text=option).wait_for(timeout=PATIENCE)

    def undrawn(self) -> Any:
        """Charts that should be there and have nothing."""
        self.page.locator("#chart-worth .main-svg").first.wait_for(timeout=PATIENCE)
        return self.page.evaluate(
            "[...document.querySelectorAll('.js-plotly-plot')].filter("
            "c => c.offsetHeight && !c.querySelector('.trace')).map(c => c.parentElement.id)"
        )

    def close(self) -> None:
        """End, with every request to this server alone and no complaint."""
        assert self.complaints == []
        assert {url.partition("/")[2].partition("/")[2].partition("/")[0] for url in self.asked if "://" in url} == {
            self.running.home.split("/")[2]
        }
        self.context.close()


def test_a_change_by_keyboard_is_answered_kept_compared_and_taken_back(browser: Any, shop: Running) -> None:
    """From the first answer to the export, without the mouse."""
    one = Page(browser, shop)
    page = one.page
    assert page.url == shop.home
    one.answered()
    one.until("Refined")
    assert one.undrawn() == []
    before = one.text("#headline")
    page.fill("#variant-name", "as it is")
    page.press("#variant-name", "Enter")
    page.locator("#variants li", has_text="as it is").wait_for(timeout=PATIENCE)

    slider = part("slider", BUDGET)
    page.focus(slider)
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    page.locator("#undo:enabled").wait_for(timeout=PATIENCE)
    assert page.input_value(part("field", BUDGET)) == "x0.4"
    one.answered()

    page.fill(part("field", "horizon_months"), "nonsense")
    page.press(part("field", "horizon_months"), "Enter")
    page.locator(part("problem", "horizon_months"), has_text="whole number").wait_for(timeout=PATIENCE)
    page.fill(part("field", "horizon_months"), "48")
    page.press(part("field", "horizon_months"), "Enter")
    page.locator(f"{part('problem', 'horizon_months')}:empty").wait_for(state="attached", timeout=PATIENCE)
    one.answered()

    one.choose(part("pin", "cloud_backup"), "out")
    page.locator(part("place", "cloud_backup"), has_text="not started").wait_for(timeout=PATIENCE)

    page.fill("#words-wanted", "gross margin")
    page.focus(part("open", "profile.gross_margin"))
    page.keyboard.press("Enter")
    page.fill(part("field", "profile.gross_margin"), "0.5 to 0.6")
    page.press(part("field", "profile.gross_margin"), "Enter")
    page.locator("#headline", has_not_text=before).wait_for(timeout=PATIENCE)
    one.answered()

    one.choose("#right", "as it is")
    page.locator("#comparison", has_text="common draws").wait_for(timeout=PATIENCE)
    said = one.text("#comparison")
    for words in (BUDGET, "horizon_months", "profile.gross_margin", "What starts when", "±"):
        assert words in said

    with page.expect_download() as got:
        page.click("#get-yaml")
    text = Path(got.value.path()).read_text(encoding="utf-8")
    exported = shutil.copy(got.value.path(), Path(got.value.path()).with_suffix(".yaml"))
    scenario = load(exported)
    assert scenario.horizon_months == 48
    assert scenario.money.budgets["change"].amount == pytest.approx((4800.0,))
    assert scenario.pins["cloud_backup"].out
    assert text.startswith("version: 1\nname: corner_shop")

    page.reload()
    one.answered()
    assert page.input_value(part("field", "profile.gross_margin")) == "0.5 to 0.6"
    assert "as it is" in one.text("#variants")
    page.focus("#undo")
    for _ in range(4):
        page.keyboard.press("Enter")
        page.wait_for_timeout(300)
    page.locator("#redo:enabled").wait_for(timeout=PATIENCE)
    page.locator(f"{part('field', BUDGET)}[value='12000']").wait_for(timeout=PATIENCE)
    one.until("Refined")
    assert one.text("#headline") == before
    page.focus("#ask-report")
    page.keyboard.press("Enter")
    page.locator("#get-report:visible").wait_for(timeout=PATIENCE)
    with page.expect_download() as got:
        page.click("#get-report")
    assert "<h1><bdi>Corner Shop</bdi></h1>" in Path(got.value.path()).read_text(encoding="utf-8")
    one.close()


def test_what_has_no_answer_says_why_and_marks_the_figures_of_before(browser: Any, shop: Running) -> None:
    """A budget in per cent is a share; an unclear one is refused; none at all leaves grey figures and two ways out."""
    one = Page(browser, shop)
    page, field = one.page, part("field", BUDGET)
    one.answered()
    page.fill(field, "12.000")
    page.press(field, "Enter")
    page.locator(part("problem", BUDGET), has_text="write 12000, 12k or 12.0").wait_for(timeout=PATIENCE)
    page.fill(field, "50 %")
    page.press(field, "Enter")
    page.locator(f"{part('problem', BUDGET)}:empty").wait_for(state="attached", timeout=PATIENCE)
    one.answered()
    assert page.input_value(part("slider", BUDGET)) == "50"
    one.until("of the downloaded scenario answers")
    assert page.is_hidden("#before")
    page.fill(field, "0")
    page.press(field, "Enter")
    one.until("No answer")
    page.locator("#figures.stale", has_text="before: gain").wait_for(timeout=PATIENCE)
    said = one.text("#failed")
    assert said.startswith("The mandatory “Backup at the office” needs more money")
    assert said.count("with:") == 2
    page.click("#undo")
    one.answered()
    assert page.is_hidden("#before")
    one.close()


def test_two_tabs_do_not_mix(browser: Any, shop: Running) -> None:
    """A change in one is not seen in the other, nor is a variant."""
    first, second = Page(browser, shop), Page(browser, shop)
    first.answered()
    second.answered()
    first.page.fill("#risk-field", "0.4")
    first.page.press("#risk-field", "Enter")
    first.page.locator("#undo:enabled").wait_for(timeout=PATIENCE)
    second.page.wait_for_timeout(2500)
    assert second.page.input_value("#risk-field") == "0"
    assert second.page.is_disabled("#undo")
    first.close()
    second.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("which", ["shop", "hostile"])
def test_page_fits_and_names_stay_text(which: str, width: int, browser: Any, request: pytest.FixtureRequest) -> None:
    """Nothing scrolls sideways, nothing is cut, every control has a name, no name of a scenario does anything."""
    running: Running = request.getfixturevalue(which)
    one = Page(browser, running, width)
    one.until("Refined")
    assert one.undrawn() == []
    page = one.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []
    assert page.evaluate(UNNAMED) == []
    assert page.title() == "Roadfolio workbench"
    assert page.locator("img, iframe, object, embed, b").count() == 0
    assert page.evaluate("document.querySelectorAll('.chart a').length") == 0
    if which == "hostile":
        assert "<script>" in one.text("h1")
        assert "W" * 1000 not in one.text("body")
        one.page.fill("#variant-name", HOSTILE["edr"])
        one.page.press("#variant-name", "Enter")
        one.page.locator("#variants li", has_text="=cmd|").wait_for(timeout=PATIENCE)
        assert page.locator("img").count() == 0
    one.close()
