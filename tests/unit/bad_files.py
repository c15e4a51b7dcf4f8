"""Wrong scenario files, each one edit away from the corner shop, with the one error that it must give."""

import re
from dataclasses import dataclass
from pathlib import Path

from scenarios.load import parse
from sim.errors import Problem, ProblemsFound

SHOP = Path(__file__).resolve().parents[1] / "data" / "corner_shop.yaml"
TEXT = SHOP.read_text(encoding="utf-8")
JARGON = re.compile(
    r"pydantic|Input should|Value error|Field required|https?://|valid (string|tuple|dict)|NoneType|does not fit here"
)


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    """What is wrong with a text; empty when it is a scenario."""
    try:
        parse(text.encode() if isinstance(text, str) else text, "shop.yaml")
    except ProblemsFound as error:
        return error.errors or (Problem("", "an error without a problem"),)
    return ()


def edited(*edits: tuple[str, str]) -> str:
    """The good file with some texts replaced, each of which it must contain."""
    text = TEXT
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@dataclass(frozen=True)
class Bad:
    """One wrong file: what is replaced by what, where the error is expected, and what it must say."""

    name: str
    old: str
    new: str
    path: str
    says: str  # fragments of message and hint, separated by |
    at: str | None = None  # text in the expected line; None: what was put in


BAD = (
    Bad("unknown key", "  tax_rate: 0.25", "  favourite_colour: red", "profile.favourite_colour",
        "unknown key `favourite_colour`|known keys: sector, currency"),
    Bad("misspelt key", "capital: 14k to 22k", "capitl: 14k to 22k", "initiatives.pos.capitl",
        "did you mean `capital`"),
    Bad("misspelt block", "systems:", "sytems:", "sytems", "did you mean `systems`?"),
    Bad("misspelt needed key", "headcount: 4,", "headcont: 4,", "people.clerk.headcont", "did you mean `headcount`?"),
    Bad("key of an inner block", "people:", "currency: EUR\npeople:", "currency", "`currency` belongs under `profile`",
        "currency: EUR\npeople"),
    Bad("key of an outer block", "  sector: retail", "  sector: retail\n  exclusive: {}", "profile.exclusive",
        "further out|indentation", "  exclusive: {}"),
    Bad("wrong type: text", "title: Corner Shop", "title: 7", "title", "`7` is not text|text"),
    Bad("wrong type: number", "tax_rate: 0.25", "tax_rate: a lot", "profile.tax_rate",
        "'a lot' is not a number|0 to 0.9"),
    Bad("wrong type: whole number", "life_months: 60", "life_months: 5 years", "initiatives.pos.life_months",
        "`5 years` is not a whole number|1 to 600 months"),
    Bad("wrong type: yes or no", "mandatory: true", "mandatory: perhaps", "initiatives.basic_backup.mandatory",
        "`perhaps` is neither true nor false"),
    Bad("wrong type: list", "refreshes: [till]", "refreshes: till", "initiatives.pos.refreshes", "not a list|[a, b]"),
    Bad("wrong type: block", "exclusive: {}", "exclusive: 5", "exclusive", "stands where a block belongs"),
    Bad("wrong word", "on_failure: replace", "on_failure: replac", "systems.office.on_failure",
        "did you mean replace?"),
    Bad("empty value", "  currency: EUR", "  currency:", "profile.currency", "`currency` has no value",
        "  currency:\n"),
    Bad("empty block", "exclusive: {}", "exclusive:", "exclusive", "has no value|{} for none"),
    Bad("number out of range", "tax_rate: 0.25", "tax_rate: 25", "profile.tax_rate", "outside|0 to 0.9 share"),
    Bad("quantity out of range", "gross_margin: {low: 0.35, mode: 0.4, high: 0.45}", "gross_margin: 40",
        "profile.gross_margin", "40 is outside the allowed range|0 to 1 share"),
    Bad("distribution out of range", "success_probability: 0.05 to 0.15", "success_probability: 0.5 to 1.5",
        "threats.ransomware.success_probability", "90 % interval 0.5 to 1.5 is outside|0 to 1 share"),
    Bad("negative probability", "failure_probability: 0.06", "failure_probability: -0.06",
        "initiatives.pos.failure_probability", "-0.06 is outside|0 to 1 share"),
    Bad("not finite", "cash_at_start: 60k", "cash_at_start: .nan", "profile.cash_at_start", "not a finite number"),
    Bad("bad interval", "monthly_churn: 0.01 to 0.02", "monthly_churn: 0.02 to 0.01", "profile.customers.monthly_churn",
        "the low end 0.02 must be below the high end 0.01"),
    Bad("bad word in interval", "growth_per_year: -0.01 to 0.03", "growth_per_year: little to much",
        "profile.growth_per_year", "is not a number|a number (12, 12k, 30 %)"),
    Bad("bad PERT", "{low: 0.35, mode: 0.4, high: 0.45}", "{low: 0.35, mode: 0.5, high: 0.45}", "profile.gross_margin",
        "low 0.35, mode 0.5, high 0.45 must rise"),
    Bad("bad metalog", "repair_cost: 300", "repair_cost: {p10: 1, p50: 1.1, p90: 9}", "systems.till.repair_cost",
        "too skewed"),
    Bad("bad median and p95", "repair_cost: 300", "repair_cost: {median: 9, p95: 3}", "systems.till.repair_cost",
        "below p95"),
    Bad("bad choices", "repair_cost: 300", "repair_cost: {choices: [1, 2], weights: [1]}", "systems.till.repair_cost",
        "2 choices need as many weights, not 1"),
    Bad("bad beta", "failure_probability: 0.06", "failure_probability: {beta: [2, 0]}",
        "initiatives.pos.failure_probability", "both numbers must be positive"),
    Bad("no form of a number", "repair_cost: 300", "repair_cost: {from: 1, to: 2}", "systems.till.repair_cost",
        "the keys ['from', 'to'] make no number|{low, mode, high}"),
    Bad("interval for a certain number", "tax_rate: 0.25", "tax_rate: 0.2 to 0.3", "profile.tax_rate",
        "must be certain|0 to 0.9"),
    Bad("block for a certain number", "tax_rate: 0.25", "tax_rate: {low: 0.1, mode: 0.2, high: 0.3}",
        "profile.tax_rate", "must be certain"),
    Bad("missing block",
        "money:\n  budgets: {change: {amount: 12k, carry_share: 1.0, carry_cap: 20k}}\n"
        "  discount_rate: 0.09\n  origin: planner assumption\n", "", "money", "`money` is missing", "version: 1"),
    Bad("missing key", "    duration_months: 3\n", "", "initiatives.pos.duration_months",
        "`duration_months` is missing|planned months of work|1 to 60", "  pos:"),
    Bad("missing origin", "annual_limit: 60k, coinsurance: 0.1, origin: planner assumption}", "annual_limit: 60k}",
        "insurance.origin", "`origin` is missing"),
    Bad("duplicate key", "horizon_months: 36", "horizon_months: 36\nstart: 2028-01", "start",
        "`start` is stated twice: here and in line 5|remove one", "start: 2028-01"),
    Bad("duplicate name", "  edr:\n", "  pos:\n", "initiatives.pos", "`pos` is stated twice: here and in line 55",
        "  pos:\n    title: Endpoint"),
    Bad("unknown role", "serve: {role: clerk", "serve: {role: clrk", "processes.counter.steps.serve.role",
        "there is no role named clrk|did you mean clerk?"),
    Bad("unknown role of a skill", "it_days: {role: it", "it_days: {role: cook", "skills.it_days.role",
        "no role named cook|known: clerk, it"),
    Bad("unknown system", "system: till", "system: tilt", "processes.counter.steps.serve.system", "did you mean till?"),
    Bad("unknown system hit", "hits: [till, office]", "hits: [till, ofice]", "threats.ransomware.hits.1",
        "did you mean office?"),
    Bad("unknown skill", "skill_days: {it_days: 4}", "skill_days: {it_day: 4}", "initiatives.pos.skill_days.it_day",
        "no skill named it_day|did you mean it_days?"),
    Bad("unknown risk class", "risk_class: package", "risk_class: packages", "initiatives.pos.risk_class",
        "no risk class named packages|did you mean package?"),
    Bad("unknown initiative", "requires: [{initiative: pos}]", "requires: [{initiative: poss}]",
        "initiatives.web.requires.0.initiative", "no initiative named poss|did you mean pos?"),
    Bad("unknown adopting role", "adoption: {roles: [clerk]", "adoption: {roles: [clerks]",
        "initiatives.pos.adoption.roles.0", "did you mean clerk?"),
    Bad("requirement circle", "    imitation: {lag", "    requires: [{initiative: web}]\n    imitation: {lag",
        "initiatives.pos.requires", "pos, web require each other in a circle|remove one",
        "    requires: [{initiative: web"),
    Bad("exclusive of mandatory ones", "    origin: planner assumption\nexclusive: {}",
        "    mandatory: true\n    origin: planner assumption\nexclusive: {backup: [basic_backup, cloud_backup]}",
        "exclusive.backup", "basic_backup and cloud_backup are mandatory but at most one|optional", "exclusive: {b"),
    Bad("exclusive group of one", "exclusive: {}", "exclusive: {backup: [basic_backup]}", "exclusive.backup",
        "fewer than two|at least two"),
    Bad("exclusive of an unknown one", "exclusive: {}", "exclusive: {backup: [basic_backup, cloud_bakup]}",
        "exclusive.backup.1", "did you mean cloud_backup?"),
    Bad("effect on unknown path", "processes.counter.lost_share: {add", "processes.counter.lost_sare: {add",
        "initiatives.pos.effects.processes.counter.lost_sare",
        "no number stands at|did you mean processes.counter.lost"),
    Bad("effect on unchangeable number", "threats.ransomware.severity: {multiply", "initiatives.pos.capital: {multiply",
        "initiatives.cloud_backup.effects.initiatives.pos.capital", "cannot be changed by an effect"),
    Bad("both multiply and add", "{multiply: 0.3 to 0.6}", "{multiply: 0.3 to 0.6, add: 1}",
        "initiatives.edr.effects.threats.ransomware.success_probability.multiply",
        "either `multiply` or `add`, not both"),
    Bad("neither multiply nor add", "{multiply: 0.3 to 0.6}", "{}",
        "initiatives.edr.effects.threats.ransomware.success_probability", "needs `multiply` or `add`",
        "threats.ransomware.success_probability: {}"),
    Bad("competitive without imitation", "    imitation: {lag_months: 6, half_life_months: 24}\n", "",
        "initiatives.pos", "needs the block `imitation`", "  pos:"),
    Bad("imitation without competitive", ", competitive: true", "", "initiatives.pos.imitation", "no effect",
        "    imitation:"),
    Bad("renewal without life", "    life_months: 60\n", "", "initiatives.pos.renewal_cost", "without `life_months`",
        "    renewal_cost"),
    Bad("deadline impossible", "deadline_month: 12", "deadline_month: 12\n    earliest_month: 12",
        "initiatives.basic_backup.deadline_month", "`deadline_month` 12 cannot be met|takes 1 months",
        "deadline_month: 12"),
    Bad("start after the planning months", "    capital: 9k", "    capital: 9k\n    earliest_month: 24",
        "initiatives.web.earliest_month", "it can never start|0 to 23", "earliest_month: 24"),
    Bad("goal of an unknown KPI", "kpi: revenue", "kpi: revenu", "goals.more_sales.kpi",
        "no KPI named revenu|did you mean revenue?"),
    Bad("goal without KPI", "title: Sell more, kpi: revenue, target", "target", "goals.more_sales.kpi",
        "`kpi` is missing: without a KPI nothing measures|such as lost_share", "more_sales:"),
    Bad("goal without target", "target: 510k, ", "", "goals.more_sales.target",
        "`target` is missing: without a target no level is good enough", "more_sales:"),
    Bad("goal without month", "month: 23, ", "", "goals.more_sales.month",
        "`month` is missing: without a month it can be put off for ever|0 to 359", "more_sales:"),
    Bad("goal without weight", ", month: 23, weight: 2", ", month: 23", "goals.more_sales.weight",
        "`weight` is missing: without a weight it cannot be set against", "more_sales:"),
    Bad("goal of weight 0", "month: 23, weight: 2", "month: 23, weight: 0", "goals.more_sales.weight",
        "counts for nothing|a number above 0, or remove"),
    Bad("goal of negative weight", "month: 23, weight: 2", "month: 23, weight: -2", "goals.more_sales.weight",
        "outside the allowed range|0 to"),
    Bad("goal after the horizon", "month: 35", "month: 36", "goals.fewer_lost.month",
        "the simulated months end at 36|0 to 35, or a longer"),
    Bad("goal in months that are a range", "month: 35", "month: 30 to 35", "goals.fewer_lost.month",
        "not a whole number"),
    Bad("goal of more than everything", "target: 3.5 %", "target: 3.5", "goals.fewer_lost.target",
        "a share of at most 1, so 3.5 cannot|write 3.5 % or 0.035"),
    Bad("goal of negative tolerance", "tolerance: 0.001", "tolerance: -0.001", "goals.fewer_lost.tolerance",
        "outside the allowed range"),
    Bad("goal with an uncertain target", "target: 510k", "target: 800k to 900k", "goals.more_sales.target",
        "is an interval, but this number must be certain"),
    Bad("goal with a direction", "kpi: revenue,", "kpi: revenue, better: higher,", "goals.more_sales.better",
        "unknown key `better`"),
    Bad("budget of wrong length", "amount: 12k,", "amount: [12k, 9k],", "money.budgets.change.amount",
        "2 amounts for 8 planning periods|one amount, or 8 amounts"),
    Bad("negative budget", "amount: 12k,", "amount: -12k,", "money.budgets.change.amount", "none negative"),
    Bad("unknown kind of cost", "amount: 12k,", "amount: 12k, kinds: [capitl],", "money.budgets.change.kinds.0",
        "did you mean capital?"),
    Bad("carry cap without effect", "carry_share: 1.0", "carry_share: 0", "money.budgets.change.carry_cap",
        "no effect with `carry_share` 0"),
    Bad("horizon too short", "horizon_months: 36", "horizon_months: 18", "horizon_months",
        "shorter than the 24 planning months|at least 24"),
    Bad("eleven months", "seasonality: [0.9, 0.9,", "seasonality: [0.9,", "profile.seasonality",
        "11 factors|twelve factors of mean 1"),
    Bad("season of wrong mean", "seasonality: [0.9, 0.9,", "seasonality: [0.9, 1.9,", "profile.seasonality",
        "12 factors of mean 1.083|of mean 1"),
    Bad("currency", "currency: EUR", "currency: euro", "profile.currency", "'euro' is no currency|such as USD"),
    Bad("wrong month", "start: 2027-01", "start: 2027-13", "start", "right form|such as 2027-01"),
    Bad("full date", "start: 2027-01", "start: 2027-01-15", "start", "`2027-01-15`|such as 2027-01"),
    Bad("half a seat", "headcount: 4,", "headcount: 4.5,", "people.clerk.headcount",
        "4.5 is not a whole number of seats"),
    Bad("wrong version", "version: 1", "version: 2", "version", "`2` is not possible|allowed: 1"),
    Bad("correlation of a certain driver", "drivers: [profile.growth_per_year",
        "drivers: [profile.fixed_costs_per_month", "correlations.0.drivers.0", "is certain|give it an interval"),
    Bad("correlation of an unknown driver", "drivers: [profile.growth_per_year", "drivers: [profile.growth_per_yaer",
        "correlations.0.drivers.0", "no number stands at|did you mean profile.growth_per_year?"),
    Bad("correlation with itself", "processes.counter.arrivals_per_day], rank", "profile.growth_per_year], rank",
        "correlations.0.drivers", "correlated with itself|two different"),
    Bad("correlation of one", "[profile.growth_per_year, processes.counter.arrivals_per_day]",
        "[profile.growth_per_year]", "correlations.0.drivers.1", "item 2 is missing"),
    Bad("correlation of three", "arrivals_per_day], rank", "arrivals_per_day, profile.gross_margin], rank",
        "correlations.0.drivers", "too many items|a list of two"),
    Bad("correlation out of range", "rank: 0.4", "rank: 1.4", "correlations.0.rank", "-0.99 to 0.99"),
    Bad("unknown origin", "edr:\n    title: Endpoint detection",
        "edr:\n    title: Endpoint detection\n    capital: {value: 3k, origin: planer assumption}",
        "initiatives.edr.capital.origin", "no evidence named planer assumption|did you mean planner assumption?",
        "origin: planer"),
    Bad("name with a dot", "  edr:\n", "  e.dr:\n", "initiatives.e.dr", "`e.dr` cannot be a name"),
    Bad("tab indentation", "  sector: retail", "\tsector: retail", "", "a tab stands where only spaces may|spaces"),
    Bad("colon in a value", "title: Corner Shop", "title: Corner: Shop", "", "a second `:`|quote", None),
    Bad("list not closed", "refreshes: [till]", "refreshes: [till", "", "a list is not closed"),
    Bad("quote not closed", "title: Corner Shop", "title: 'Corner Shop", "", "a quoted text is not closed", None),
    Bad("indentation", "  hours_per_day: 8", "   hours_per_day: 8", "", "", None),
    Bad("line without colon", "name: corner_shop", "name corner_shop", "", "no `:`", None),
    Bad("tag", "name: corner_shop", "name: !!python/name:os.system corner_shop", "", "tag", None),
    Bad("merge key", "  sector: retail", "  <<: {sector: retail}", "profile", "does not merge"),
    Bad("unknown alias", "name: corner_shop", "name: *shop", "", "*shop repeats &shop"),
    Bad("future that changes nothing known", "exclusive: {}",
        "exclusive: {}\nfutures: {dip: {title: Dip, origin: planner assumption, "
        "changes: {profile.demnd: {multiply: 1}}}}",
        "futures.dip.changes.profile.demnd", "no number stands at profile.demnd|did you mean profile.demand?",
        "profile.demnd"),
    Bad("future with the name of the base world", "exclusive: {}",
        "exclusive: {}\nfutures: {base: {title: Dip, origin: planner assumption, "
        "changes: {profile.demand: {multiply: 1}}}}",
        "futures.base", "the world without any future|another name", "futures:"),
    Bad("future without a change", "exclusive: {}",
        "exclusive: {}\nfutures: {dip: {title: Dip, origin: planner assumption, changes: {}}}",
        "futures.dip.changes", "", "changes:"),
    Bad("future with two kinds of change", "exclusive: {}",
        "exclusive: {}\nfutures: {dip: {title: Dip, origin: planner assumption, "
        "changes: {profile.demand: {multiply: 1, add: 1}}}}",
        "futures.dip.changes.profile.demand.multiply", "either `multiply` or `add`", "futures:"),
    Bad("futures more than certain", "exclusive: {}",
        "exclusive: {}\nfutures:\n  a: {title: A, probability: 0.7, origin: planner assumption, "
        "changes: {profile.demand: {multiply: 1}}}\n  b: {title: B, probability: 0.5, origin: planner assumption, "
        "changes: {profile.demand: {multiply: 1}}}",
        "futures", "add up to 1.2|at most 1", "futures:"),
    Bad("second document", "people:", "---\npeople:", "", "a second document begins here"),
)  # fmt: skip
