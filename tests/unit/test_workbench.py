"""Parts of the workbench without a browser: changes, undo, numbers, the file that is written, who is let in."""

import difflib
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scenarios.cli.app import run
from scenarios.load import beside, load, parse, read
from scenarios.variant import stated
from scenarios.workbench.answer import Answer
from scenarios.workbench.edits import LONGEST_VALUE, MOST_VALUES, Edits, applied
from scenarios.workbench.export import as_yaml
from scenarios.workbench.history import DEEPEST, History
from scenarios.workbench.numbers import numbers_of, search
from scenarios.workbench.security import Guard
from scenarios.workbench.session import LONGEST_NAME, Session, free_name
from scenarios.workbench.side_by_side import Side, side_by_side
from scenarios.workbench.work import Source, Task, Word
from sim.errors import ProblemsFound

SHOP = Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml"
LIBRARY = ("retailer", "clinic", "agency", "workshop")


def source(name: str) -> Source:
    """A scenario as the command reads it."""
    content, file = read(name)
    return Source(content, file, beside(name, file))


@pytest.fixture(scope="module")
def shop() -> Any:
    """The corner shop."""
    return load(SHOP)


def test_changes_make_the_scenario_that_the_command_line_makes(shop: Any) -> None:
    """Values, pins and attitude to risk; the file's own pins can be freed; the original stays."""
    edits = Edits().with_value("money.budgets.change.amount", "x0.5").with_value("horizon_months", "48")
    edits = edits.with_pin("edr", "2027-04").with_pin("pos", "out").with_risk_weight(0.25)
    made = applied(shop, edits)
    assert made.money.budgets["change"].amount == (6000.0,)
    assert made.horizon_months == 48
    assert (made.pins["edr"].start_month, made.pins["pos"].out, made.money.risk.weight) == (3, True, 0.25)
    freed = applied(made, Edits().with_pin("edr", "free"))
    assert "edr" not in freed.pins
    assert applied(shop, Edits()) == shop
    assert edits.with_pin("edr", None).with_pin("pos", None).with_risk_weight(None).pins == ()


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (Edits(values=(("profile.tax_rate", "2"),)), "from 0 to 0.9 share"),
        (Edits(values=(("profile.taxrate", "0.2"),)), "did you mean tax_rate?"),
        (Edits(values=(("profile.gross_margin", "{low: 1, mode"),)), "cannot be read"),
        (Edits(values=(("profile.gross_margin", "<script>"),)), "<script>"),
        (Edits(pins=(("edr", "2050-01"),)), "not among the planning months"),
        (Edits(pins=(("nothing", "out"),)), "there is no initiative nothing"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(edits: Edits, words: str, shop: Any) -> None:
    """With the words of the command line, and never with another exception."""
    with pytest.raises(ProblemsFound) as found:
        applied(shop, edits)
    assert words in str(found.value)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("10%", (1200.0,)),
        ("10 %", (1200.0,)),
        ("112.5 %", (13500.0,)),
        ("0.001%", (0.12,)),
        ("x1.250", (15000.0,)),
        ("6000; 12000; 0; 12k; 1; 2; 3; 4;", (6000.0, 12000.0, 0.0, 12000.0, 1.0, 2.0, 3.0, 4.0)),
        ("1.500k", (1500.0,)),
        ("12,000", (12000.0,)),
    ],
)
def test_a_budget_is_a_share_of_it_or_amounts(text: str, amounts: tuple[float, ...], shop: Any) -> None:
    """A percentage is never taken as an amount; the slider stands where the text means."""
    path = "money.budgets.change.amount"
    made = applied(shop, Edits().with_value(path, text)).money.budgets["change"].amount
    assert made == pytest.approx(amounts)
    wanted = 100.0 * sum(amounts) / len(amounts) / 12000.0
    assert numbers_of(shop)[path].position_of(text) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("money.budgets.change.amount", "6000; 12000", "2 amounts for 8 quarters (write one amount for all, or 8, such "
         "as 6000; 12000; 12000; 12000; 12000; 12000; 12000; 12000)"),
        ("money.budgets.change.amount", "6000, 12000", "with semicolons between them"),
        ("money.budgets.change.amount", "6000; abc; 3", "amount 2 of the list: 'abc' is not a number"),
        ("money.budgets.change.amount", "+10%", "for that much more write 110%"),
        ("money.budgets.change.amount", "-10 %", "for that much less write 90%"),
        ("money.budgets.change.amount", "10%; 20%", "a percentage stands alone"),
        ("money.budgets.change.amount", "-5", "none negative"),
        ("money.budgets.change.amount", "12.000", "write 12000, 12k or 12.0"),
        ("money.budgets.change.amount", "6.000; 12.500", "write 6000; 12500, 6k; 12.5k or 6.0; 12.5"),
        ("initiatives.pos.capital", "1.500 to 2.500", "write 1500 to 2500, 1.5k to 2.5k or 1.5 to 2.5"),
        ("initiatives.pos.capital", "{low: 1.125, mode: 2k, high: 4k}", "low: 1.1250"),
        ("horizon_months", "48.000", "thousands or decimals"),
    ],
)  # fmt: skip
def test_what_is_unclear_or_short_is_refused_with_a_remedy(path: str, text: str, words: str, shop: Any) -> None:
    """Without the place of a number inside the program."""
    with pytest.raises(ProblemsFound) as found:
        applied(shop, Edits().with_value(path, text))
    assert words in str(found.value)
    assert "amount.0" not in str(found.value)


def test_sizes_are_limited() -> None:
    """Of one value, and of how many there are."""
    with pytest.raises(ProblemsFound, match="too long"):
        Edits().with_value("name", "x" * (LONGEST_VALUE + 1))
    many = Edits(values=tuple((f"path{k}", "1") for k in range(MOST_VALUES)))
    with pytest.raises(ProblemsFound, match="changed already"):
        many.with_value("another", "1")
    assert many.with_value("path3", "2").value("path3") == "2"


def test_undo_and_redo() -> None:
    """Steps back and forth; a new change forgets what was taken back; a dragged slider is one step."""
    history = History()
    for k in range(DEEPEST + 20):
        history = history.changed(Edits(risk_weight=k / 1000.0), "risk", 10.0 * k)
    assert len(history.past) == DEEPEST
    back = history.undone().undone()
    assert back.now.risk_weight == pytest.approx((DEEPEST + 17) / 1000.0)
    assert back.redone().redone().now == history.now
    assert history.redone() is history
    assert back.changed(Edits(), "risk", 1e9).future == ()
    dragged = History().changed(Edits(risk_weight=0.1), "risk", 0.0)
    dragged = dragged.changed(Edits(risk_weight=0.2), "risk", 0.5).changed(Edits(risk_weight=0.3), "risk", 1.0)
    assert len(dragged.past) == 1
    assert len(dragged.changed(Edits(risk_weight=0.4), "pin pos", 1.1).past) == 2
    assert History().undone() == History()


@pytest.mark.parametrize("name", [*LIBRARY, str(SHOP)])
def test_every_number_can_be_changed_by_its_path(name: str) -> None:
    """Each path is one that `stated` knows; sliders hold what is stated and stay inside the range of the schema."""
    scenario = load(name)
    found = numbers_of(scenario)
    assert len(found) > 200
    for path, one in found.items():
        assert stated(scenario, path) is not None
        ends = one.slider
        if ends is not None and not one.is_factor:
            assert one.low - 1e-9 <= ends[0] < ends[1] <= one.high + 1e-9, path
            assert ends[0] <= one.position_of(one.stated) <= ends[1], path
        if one.is_factor:
            assert one.position_of(one.stated) == 100.0
            assert one.position_of(one.text_at(80.0)) == pytest.approx(80.0)
    for path in ("horizon_months", "profile.gross_margin", "money.discount_rate", "money.budgets.change.amount"):
        assert path in found


def test_search_finds_numbers_by_words(shop: Any) -> None:
    """Of the path, the meaning or the unit, in any order; more hits are counted."""
    found = numbers_of(shop)
    assert search(found, "margin gross", 5)[0][0].path == "profile.gross_margin"
    some, count = search(found, "months", 3)
    assert len(some) == 3
    assert count > 3
    assert search(found, "   ", 5) == ([], 0)
    assert search(found, "<script>", 5) == ([], 0)


@pytest.mark.parametrize("name", [*LIBRARY, str(SHOP)])
def test_the_file_that_is_written_states_the_same_scenario(name: str) -> None:
    """With its comments; values, pins and risk are in it, and so is the calibration."""
    file = source(name)
    base = file.scenario()
    first = next(iter(base.initiatives))
    edits = Edits().with_value("profile.gross_margin", "x0.9").with_value("money.budgets.change.amount", "x1.5")
    edits = edits.with_value("systems." + next(iter(base.systems)) + ".support_ends_month", "17")
    edits = edits.with_pin(first, "out").with_risk_weight(0.3)
    scenario = applied(base, edits)
    text = as_yaml(file, base, edits, scenario)
    assert parse(text.encode(), "again").hash() == scenario.hash()
    before, after = file.content.decode().splitlines(), text.splitlines()
    taken = [line for line in difflib.ndiff(before, after) if line.startswith("- ")]
    assert len(taken) <= 3, "lines that state nothing of what was changed are letter for letter the same"
    assert f"  {first}: {{out: true}}" in after


PLANNED = """  # the end of the rules
pins:   # agreed in March
  # the till first
  edr: {start_month: 0, reason: 'insurer'}   # until then
  web:
    out: true
    # no owner
  pos:
    start_month: 3
# the end"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_is_changed_only_where_it_was_changed(newline: str) -> None:
    """Pins are freed, moved and added; lists in lines, comments and kinds of line ends stay."""
    content = SHOP.read_text(encoding="utf-8").rstrip() + "\n" + PLANNED
    content = content.replace("{amount: 12k, carry", "{amount: 12k, # agreed\n    carry").replace("\n", newline)
    file = Source(content.encode(), "shop.yaml", None)
    base = file.scenario()
    edits = Edits().with_pin("web", "free").with_pin("pos", "2027-07").with_pin("cloud_backup", "out")
    edits = edits.with_value("money.budgets.change.amount", "1; 2; 3; 4; 5; 6; 7; 8.5")
    edits = edits.with_value("profile.gross_margin", "0.3 to 0.5")
    scenario = applied(base, edits)
    text = as_yaml(file, base, edits, scenario)
    assert parse(text.encode(), "again").hash() == scenario.hash()
    wanted = content
    for old, new in (
        ("amount: 12k,", "amount: [1, 2, 3, 4, 5, 6, 7, 8.5],"),
        ("gross_margin: {low: 0.35, mode: 0.4, high: 0.45}", "gross_margin: 0.3 to 0.5"),
        (f"  web:{newline}    out: true{newline}    # no owner{newline}", f"    # no owner{newline}"),
        (f"    start_month: 3{newline}", f"    {{start_month: 6}}{newline}  cloud_backup: {{out: true}}{newline}"),
    ):
        assert wanted.count(old) == 1
        wanted = wanted.replace(old, new)
    assert text == wanted
    none = Edits().with_pin("web", "free").with_pin("pos", "free").with_pin("edr", "free")
    freed = as_yaml(file, base, none, applied(base, none))
    assert parse(freed.encode(), "again").pins == {}


def test_a_file_with_anchors_is_still_written() -> None:
    """What cannot be put into its text is written by a parser; lines that are long stay so."""
    content = SHOP.read_text(encoding="utf-8").replace("amount: 12k,", "amount: &much 12k,")
    content = content.replace("fixed_costs_per_month: 9k", "fixed_costs_per_month: &cost 9k").replace(
        "annual_premium: 1200", "annual_premium: *cost"
    )
    file = Source(content.encode(), "shop.yaml", None)
    base = file.scenario()
    edits = Edits().with_value("profile.fixed_costs_per_month", "8k").with_pin("edr", "2027-04")
    text = as_yaml(file, base, edits, applied(base, edits))
    assert parse(text.encode(), "again").hash() == applied(base, edits).hash()
    assert "reason" not in text
    assert "origin: planner assumption}" in text


def test_names_of_variants_are_tame() -> None:
    """On one line, not too long, never twice."""
    assert free_name("a\x1b[31m\nb", set()) == "a [31m b"
    assert len(free_name("x" * 1000, set())) == LONGEST_NAME
    assert free_name("x", {"x", "x 2"}) == "x 3"


def answer(roadmap: Mapping[str, int], npv: list[float], state: Any = "coarse") -> Answer:
    """An answer with these NPV by draw."""
    plan = {"periods": [{"capital": 10.0, "delivery": 0.0, "running": 1.0}], "currency": "EUR"}
    return Answer(state, "hash", roadmap, len(npv), plan, {}, tuple(npv), tuple(npv))


def test_two_variants_are_compared_draw_by_draw(shop: Any) -> None:
    """The difference is paired, so noise that both share is not in its error."""
    noise = [1000.0 * ((k * 7919) % 101) for k in range(256)]
    left = Side("one", Edits(), answer({"pos": 0}, noise))
    right = Side("<b>two</b>", Edits(risk_weight=0.5), answer({"pos": 3, "edr": 0}, [x + 10.0 for x in noise]))
    sentence, found = side_by_side(shop, left, right)
    assert "+10.0" in sentence
    assert "better in 100" in sentence
    rows = {row[0]: row for row in found[0].rows}
    assert rows["expected gain (NPV), mean, EUR"][3].startswith("+10")
    assert ("risk weight", "as the file says", "0.5") in found[1].rows
    assert ("New point of sale", "2027 Q1", "2027 Q2", "3 months later") in found[2].rows
    assert ("Endpoint detection", "not started", "2027 Q1", "only in the second") in found[2].rows
    same, _ = side_by_side(shop, left, Side("again", Edits(), left.answer))
    assert "the same in each of 256 common draws" in same


def test_guard_lets_in_who_knows_the_token() -> None:
    """And nobody else: every single thing that is wrong is enough."""
    guard = Guard(4711)
    good = {"Host": "127.0.0.1:4711"}
    cookie = {guard.cookie: guard.token}
    assert guard.refusal("GET", good, cookie) == ""
    assert guard.refusal("POST", {**good, "Origin": "http://127.0.0.1:4711"}, cookie) == ""
    assert guard.token not in repr(guard)
    assert Guard(4711).token != guard.token
    for headers, cookies, method in (
        (good, {}, "GET"),
        (good, {guard.cookie: guard.token[:-1]}, "GET"),
        (good, {guard.cookie: "ü"}, "GET"),
        (good, {"roadfolio_1": guard.token}, "GET"),
        ({"Host": "evil.example:4711"}, cookie, "GET"),
        ({"Host": "127.0.0.1"}, cookie, "GET"),
        ({}, cookie, "GET"),
        ({**good, "Sec-Fetch-Site": "cross-site"}, cookie, "GET"),
        ({**good, "Sec-Fetch-Site": "same-site"}, cookie, "GET"),
        ({**good, "Origin": "http://127.0.0.1:80"}, cookie, "POST"),
        ({**good, "Origin": "null"}, cookie, "POST"),
        (good, cookie, "POST"),
        ({**good, "Origin": "http://127.0.0.1:4711"}, cookie, "PUT"),
    ):
        assert guard.refusal(method, headers, cookies) != "", (headers, method)


class Still:
    """Stands for a worker; remembers what it was asked."""

    def __init__(self, *_: Any) -> None:
        self.tasks: list[Task] = []
        self.busy = False

    def submit(self, task: Task) -> None:
        self.tasks.append(task)

    def __getattr__(self, _name: str) -> Any:
        return lambda *_: None


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A desk without processes."""
    from scenarios.workbench import desk as module

    monkeypatch.setattr(module, "Worker", Still)
    return module.Desk(source(str(SHOP)), 1)


def test_a_desk_keeps_pages_apart_and_answers_what_it_knows(desk: Any) -> None:
    """Older words of a task that was superseded change nothing; an answer that is known is not worked out twice."""
    one, two = desk.new_session(), desk.new_session()
    assert desk.change(one, "risk", lambda edits: edits.with_risk_weight(0.5))
    stale, newer, current = desk._coarse.tasks
    desk._heard(stale, Word(stale.number, "answer", answer({"pos": 0}, [1.0, 2.0])))
    with desk.session(one) as session:
        assert session.answer is None
    desk._heard(current, Word(current.number, "answer", answer({"edr": 3}, [1.0, 2.0])))
    with desk.session(one) as session:
        assert session.answer.roadmap == {"edr": 3}
        assert session.answered == session.history.now
    with desk.session(two) as session:
        assert session.answer is None
        assert not session.history.past
    assert newer.session == two
    desk._heard(current, Word(current.number, "done"))
    assert desk._fine.tasks[-1].kind == "refined"
    asked = len(desk._coarse.tasks)
    desk.step(one, History.undone)
    assert len(desk._coarse.tasks) == asked, "the unchanged scenario was answered for the page's older task"
    assert desk.keep(one, "name") == "name"
    assert not desk.change(one, "horizon_months", lambda edits: edits.with_value("horizon_months", "-3"))
    with desk.session(one) as session:
        assert "from 1 to 360 months" in session.problems["horizon_months"]
        assert not session.history.now
    with pytest.raises(KeyError), desk.session("../../etc/passwd"):
        pass


def test_pages_beyond_the_limit_are_forgotten(desk: Any) -> None:
    """The oldest first."""
    from scenarios.workbench.desk import MOST_SESSIONS

    first = desk.new_session()
    last = [desk.new_session() for _ in range(MOST_SESSIONS)][-1]
    assert not desk.knows(first)
    assert desk.knows(last)
    assert isinstance(Session(last).history, History)


@pytest.fixture
def client(desk: Any) -> tuple[Any, Guard, str]:
    """A client of the server, its guard, and the key of a page."""
    pytest.importorskip("dash")
    from scenarios.workbench.server import made

    guard = Guard(8123)
    return made(desk, guard).test_client(), guard, desk.new_session()


def test_server_refuses_strangers_and_gives_the_cookie_once(client: Any) -> None:
    """No token, a wrong one, another host, another origin: 403. The token does not stay in the address."""
    browser, guard, key = client
    own = {"Host": f"127.0.0.1:{guard.port}"}
    paths = ("/", "/_dash-layout", "/_dash-dependencies", "/assets/workbench.css", f"/export/{key}/scenario.yaml")
    for path in paths:
        assert browser.get(path, headers=own).status_code == 403, path
    assert browser.get(f"/?token={'0' * 64}", headers=own).status_code == 403
    assert browser.get(f"/_dash-layout?token={guard.token}", headers=own).status_code == 403
    assert browser.get(f"/?token={guard.token}", headers={"Host": "rebound.example"}).status_code == 403
    given = browser.get(f"/?token={guard.token}", headers=own)
    assert (given.status_code, given.headers["Location"]) == (303, "/")
    cookie = given.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    browser.set_cookie(guard.cookie, guard.token, domain="127.0.0.1")
    for path in paths:
        found = browser.get(path, headers=own)
        assert found.status_code == 200, path
        assert guard.token not in found.text
        found.close()
        policy = found.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "script-src 'self' 'sha256-" in policy
        assert "unsafe-inline" not in policy.partition("style-src")[0]
    post = {"path": "/_dash-update-component", "json": {}, "headers": own}
    assert browser.post(**post).status_code == 403
    assert browser.post(**post | {"headers": {**own, "Origin": "https://evil.example"}}).status_code == 403
    large = browser.post("/_dash-update-component", data=b"x" * 600_000, content_type="application/json",
                         headers={**own, "Origin": f"http://127.0.0.1:{guard.port}"})  # fmt: skip
    assert large.status_code in (413, 500)
    assert "Traceback" not in large.text


def test_downloads_know_their_names_alone(client: Any) -> None:
    """No other path leads to a file, and no page to that of another one."""
    browser, guard, key = client
    own = {"Host": f"localhost:{guard.port}"}
    browser.set_cookie(guard.cookie, guard.token, domain="localhost")
    good = browser.get(f"/export/{key}/scenario.yaml", headers=own)
    assert good.status_code == 200
    assert good.headers["Content-Disposition"] == 'attachment; filename="corner_shop.yaml"'
    assert good.data == SHOP.read_bytes()
    for path in (
        f"/export/{key}/../../../../etc/passwd",
        f"/export/{key}/..%2f..%2fetc%2fpasswd",
        "/export/..%2f..%2f/scenario.yaml",
        f"/export/{'0' * 32}/scenario.yaml",
        f"/export/{key}/report.html",
        f"/export/{key}/plan.xlsx",
        "/assets/..%2fdesk.py",
        "/assets/../desk.py",
        "/another",
    ):
        assert browser.get(path, headers=own).status_code == 404, path


def test_command_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without dash one sentence tells how to install it; a file with errors is told as everywhere."""
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "dash" else real(name, *more))
    assert run(["app", str(SHOP), "--no-browser"]) == 2
    assert "pip install 'roadfolio[app]'" in capsys.readouterr().err
    monkeypatch.undo()
    assert run(["app", "no_such_file.yaml", "--no-browser"]) == 2
    assert "no_such_file" in capsys.readouterr().err


def test_a_coarse_answer_keeps_the_limits_and_a_refined_one_is_the_plan() -> None:
    """In the process of the test: under half the budget, and with everything out."""
    from optimize import PlanLimits, plan
    from scenarios.workbench.coarse import coarse
    from scenarios.workbench.known import Known
    from scenarios.workbench.refined import refined

    base, known = load(SHOP), Known(7)
    first = list(coarse(known, base, None, []))[-1]
    assert (first.state, first.draws, len(first.npv)) == ("coarse", 256, 256)
    poor = applied(base, Edits().with_value("money.budgets.change.amount", "x0.3"))
    steps = list(coarse(known, poor, first.roadmap, first.known))
    assert [one.state for one in steps] == ["coarse"] * len(steps), "nothing is simulated anew where budgets change"
    for period in steps[-1].plan["periods"]:
        purse = period["budgets"]["change"]
        assert purse["spent"] <= purse["amount"] + purse["carried"] + 20_000.0
    out = base
    for name in base.initiatives:
        if not base.initiatives[name].mandatory:
            out = applied(out, Edits().with_pin(name, "out"))
    assert set(list(coarse(known, out, first.roadmap, []))[-1].roadmap) == {"basic_backup"}
    dear = applied(base, Edits().with_value("profile.gross_margin", "x0.8"))
    assert next(coarse(known, dear, first.roadmap, first.known)).state == "revalued"
    answers = [one for one, _ in refined(known, base, first.roadmap, lambda *_: None)]
    assert [one.state for one in answers] == ["finer", "refined"]
    whole = plan(base, 7, PlanLimits())
    assert answers[-1].roadmap == whole.roadmap
    assert answers[-1].npv == tuple(whole.outcomes[0].npv.tolist())
    assert answers[0].npv[:256] == first.npv, "answers are paired draw by draw"


def test_no_answer_says_the_cause_first_with_titles(shop: Any) -> None:
    """And two ways out at most, however many there are."""
    from optimize import NoRoadmap
    from scenarios.workbench.coarse import coarse
    from scenarios.workbench.known import Known
    from scenarios.workbench.told import no_answer, titled

    poor = applied(shop, Edits().with_value("money.budgets.change.amount", "x0"))
    with pytest.raises(NoRoadmap) as found:
        list(coarse(Known(7), poor, None, []))
    cause, ways = no_answer(poor, found.value)
    assert cause.startswith("The mandatory “Backup at the office” needs more money from the budget change by 2027 Q1")
    assert cause.endswith(" or else one of 6 more such needs.")
    assert ways.count("with:") == 2
    assert "tells 4 more." in ways
    assert "basic_backup" not in cause + ways
    assert titled(shop, "the budget web, web_2 and web") == "the budget web, web_2 and “Web shop”"
    assert no_answer(poor, NoRoadmap(("None with pos.",))) == ("None with “New point of sale”.",)


def test_figures_of_before_are_marked_and_the_command_is_that_of_the_scenario(desk: Any) -> None:
    """Where there is no answer to the last change; a refined answer to a change is that of the downloaded scenario."""
    pytest.importorskip("dash")
    from scenarios.workbench.controls import ticked
    from scenarios.workbench.view import _state

    key = desk.new_session()
    refined = answer({"pos": 0}, [1.0, 2.0], "refined")
    desk._heard(desk._coarse.tasks[-1], Word(desk._coarse.tasks[-1].number, "answer", refined))
    view = _state(desk, desk.look(key))
    assert view[("words", "children")][-1] == " answers."
    assert (view[("figures", "className")], view[("before", "hidden")]) == ("headline", True)
    desk.change(key, "risk", lambda edits: edits.with_risk_weight(0.5))
    task = desk._coarse.tasks[-1]
    desk._heard(task, Word(task.number, "answer", refined))
    assert _state(desk, desk.look(key))[("words", "children")][-1] == " of the downloaded scenario answers."
    desk.change(key, "horizon_months", lambda edits: edits.with_value("horizon_months", "40"))
    task = desk._coarse.tasks[-1]
    desk._heard(task, Word(task.number, "failed", ("none",)))
    view = _state(desk, desk.look(key))
    assert (view[("figures", "className")], view[("before", "hidden")]) == ("headline stale", False)
    long = "".join(map(str, ticked("words and " * 200)))
    assert long.endswith((" words …", " and …"))


def test_a_worker_stops_what_is_superseded_and_survives() -> None:
    """In a process of its own: the newest task of a session is answered, and closing ends the process."""
    import multiprocessing

    from scenarios.workbench.worker import Worker

    said: list[tuple[int, str]] = []
    rests = multiprocessing.get_context("spawn").Value("q", 0, lock=False)
    worker = Worker(source(str(SHOP)), 1, lambda task, word: said.append((task.number, word.kind)), rests)
    for number in (1, 2, 3):
        edits = Edits(risk_weight=0.1 * number)
        worker.submit(Task(number, "page", "coarse", edits))
    worker.submit(Task(4, "other", "coarse", Edits().with_value("profile.tax_rate", "7")))
    until = time.monotonic() + 120.0
    while (3, "done") not in said or (4, "done") not in said:
        assert time.monotonic() < until, said
        time.sleep(0.05)
    process = worker._process
    worker.close()
    assert (3, "answer") in said
    assert (4, "failed") in said
    assert (2, "answer") not in said
    assert not process.is_alive()
    assert os.getpid() != process.pid
