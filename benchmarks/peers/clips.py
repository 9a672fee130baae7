"""clipspy: CLIPS, one ordered fact for each atom, one rule for each conjunction.

Results of a later level wait for those of earlier ones by salience, so that ``unless`` sees what is settled. The rules gather the
established results in a global, which is read at once.
"""

from collections.abc import Collection, Mapping

import clips

from benchmarks.neutral import Neutral, Rule, ways
from benchmarks.peers import Ready
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """The facts loaded as one text, the environment reset for each case."""
    environment = clips.Environment()
    for short in (*form.atoms.values(), *form.results.values()):
        environment.build(f"(deftemplate {short})")
    environment.build("(defglobal ?*found* = (create$))")
    level = {result: place for place, results in enumerate(form.strata) for result in results}
    for rule in form.rules:
        _build(rule, -level[rule.result], environment)
    found = environment.find_global("found")

    def decide(facts: str) -> Collection[str]:
        environment.reset()
        environment.load_facts(facts)
        environment.run()
        return set(found.value)

    return {"one text of facts": Ready(lambda closed: " ".join(f"({atom})" for atom in closed), decide)}


def _build(rule: Rule, salience: int, environment: clips.Environment) -> None:
    unless = " ".join(f"(not ({one}))" for one in rule.unless)
    for place, way in enumerate(ways(rule.when)):
        body = " ".join(f"({short})" for short in way)
        action = f"(assert ({rule.result})) (bind ?*found* ?*found* {rule.result})"
        environment.build(f"(defrule {rule.id}-{place} (declare (salience {salience})) {body} {unless} => {action})")
