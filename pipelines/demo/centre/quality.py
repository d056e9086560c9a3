"""Quality evaluations: forms and their versions, evaluators who differ, calibration sessions."""

from dataclasses import dataclass
from random import Random

from pipelines.demo.centre.ledger import Ledger
from pipelines.demo.centre.people import Person, Staff
from pipelines.demo.centre.rng import hit
from pipelines.demo.centre.scenario import Scenario
from pipelines.demo.centre.world import DAY, HOUR

_CALIBRATED, _FATAL, _NOT_RELEASED, _STEPS = 0.05, 0.009, 0.02, 4


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the form; a fatal one that fails makes the whole score 0."""

    name: str
    topic: str
    weight: float
    applies: float
    criticality: str
    shift: float


_V1 = (
    Item("greeting", "script", 5, 1.0, "none", 0.04),
    Item("identification", "policy", 10, 1.0, "compliance", 0.05),
    Item("listening", "communication", 15, 1.0, "none", 0.0),
    Item("clear language", "communication", 10, 1.0, "none", 0.0),
    Item("right diagnosis", "problem_solving", 20, 0.95, "customer", -0.02),
    Item("complete solution", "problem_solving", 20, 0.95, "customer", -0.03),
    Item("right booking", "policy", 10, 0.6, "business", 0.02),
    Item("closing", "script", 5, 1.0, "none", 0.02),
    Item("no data given to strangers", "policy", 5, 1.0, "compliance", 0.06),
)
_V2 = (
    *(item for item in _V1 if item.name not in {"greeting", "closing"}),
    Item("greeting and closing", "script", 5, 1.0, "none", -0.02),
    Item("contract summary read", "policy", 20, 0.5, "compliance", -0.16),
    Item("consent asked", "policy", 10, 0.8, "compliance", -0.12),
)
FORMS = {1: _V1, 2: _V2}
FATAL = "no data given to strangers"


class Judge:
    """Evaluates contacts of one site."""

    def __init__(
        self, scenario: Scenario, site: str, ledger: Ledger, staff: Staff, mark: str
    ) -> None:
        self.scenario = scenario
        self.site = site
        self.rows = ledger.rows
        self.evaluators = staff.evaluators[site]
        self.rng: Random = scenario.rng("quality", site, mark)
        self.mark = mark
        self.number = 0
        starts = [event.begins for event in scenario.events if event.name == "qa_form"]
        self.v2_from = starts[0] if starts else None

    def evaluate(self, contact_id: str, person: Person, at: int, solved: bool) -> None:
        """One evaluation, at times a second one by the other evaluator for calibration."""
        rng = self.rng
        when = at + int(rng.uniform(4, 120) * HOUR)
        true = person.skill * 0.9 + (0.04 if solved else -0.06) + rng.gauss(0, 0.04)
        fatal = hit(rng, _FATAL)
        order = list(self.evaluators)
        rng.shuffle(order)
        session = f"CAL{self.mark}{self.number:05d}" if hit(rng, _CALIBRATED) else None
        for evaluator, severity in order[: 2 if session else 1]:
            self._form(contact_id, person, when, truth=(true, fatal),
                       evaluator=(evaluator, severity), session=session)  # fmt: skip
            when += rng.randint(1, 5) * DAY // 4

    def _form(
        self,
        contact_id: str,
        person: Person,
        when: int,
        *,
        truth: tuple[float, bool],
        evaluator: tuple[str, float],
        session: str | None,
    ) -> None:
        rng = self.rng
        true, fatal = truth
        self.number += 1
        evaluation = f"Q{self.mark}{self.number:05d}"
        version = 2 if self.v2_from is not None and when >= self.v2_from else 1
        got = possible = 0.0
        for item in FORMS[version]:
            applies = hit(rng, item.applies)
            points = self._points(item, true + evaluator[1] + item.shift, fatal)
            if applies:
                got += item.weight * points
                possible += item.weight * _STEPS
            self.rows["qa_items"].append((
                evaluation, self.site, item.name, item.topic, float(item.weight),
                float(points) if applies else None, float(_STEPS), applies, item.criticality,
            ))  # fmt: skip
        score = 0.0 if fatal else got / possible
        status = "draft" if hit(rng, _NOT_RELEASED) else "released"
        self.rows["qa_evaluations"].append((
            evaluation, contact_id, self.site, person.agent_id, evaluator[0], "Voice and text",
            version, when, status, session, round(true, 4), score, fatal,
        ))  # fmt: skip

    def _points(self, item: Item, level: float, fatal: bool) -> int:
        if item.name == FATAL:
            return 0 if fatal else _STEPS
        if item.criticality != "none" and hit(self.rng, max(0.0, 0.97 - level) * 0.08):
            return 0
        return max(0, min(_STEPS, round(_STEPS * self.rng.gauss(level, 0.12))))
