#!/usr/bin/env bash
# The same on every Python: for each python3.11 to python3.14 found here (on PATH, or a version of pyenv), make an environment in a
# temporary folder, install the project with its command line, and compare the JSON of all example cases in both languages, and what
# a consultation tells step by step on whichever engine runs there; then run the tests of consultations and of durable-rules. Says
# which versions ran, with which engine, and which were not found. Needs a package registry; on 3.11 and 3.12 also a C compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source tests/pythons.sh
tests=(tests/test_consultation.py tests/test_durable.py tests/test_durable_faults.py tests/test_example_consultation.py)

advices() {  # the JSON of every example case in every language, one file each, and all consultations in one, into a folder
  local python=$1 out=$2 case language
  mkdir -p "$out"
  for case in "$root"/examples/cases/*.yaml; do
    for language in nl en; do
      (cd "$out" && "$python" -m hechting_rules advise "$case" --lang "$language" --format json >"$(basename "$case" .yaml).$language.json")
    done
  done
  (cd "$out" && "$python" -W error - "$root"/examples/cases/*.yaml >consultations) <<'PYTHON'
import sys
from hechting_rules import load_case
from hechting_rules.consultation import Consultation
from hechting_rules.render.json import to_json
from hechting_rules.terms import Language

for path in sys.argv[1:]:
    case = load_case(path)
    persons = [(name, stage) for name, stage in (("child", case.child_stage), ("adult", case.adult_stage)) if stage]
    with Consultation(case_id=case.id) as consultation:
        consultation.on_change(print)
        for name, value in (*persons, *case.quantities, *((s.code, s.status) for s in case.findings)):
            consultation.tell(name, value)
        for name in [told.name for told in consultation.log][::3]:
            consultation.withdraw(name)
        print(consultation.snapshot_text())
        print(to_json(consultation.advice(), Language.NL))
PYTHON
}

ran=() missing=() different=() failed=() first=
for minor in 3.11 3.12 3.13 3.14; do
  python=$(find_python "$minor")
  if [ -z "$python" ]; then
    missing+=("$minor")
    continue
  fi
  "$python" -m venv "$work/venv-$minor"
  own=$work/venv-$minor/bin/python
  if ! "$own" -m pip --disable-pip-version-check install --quiet "$root[cli,testing]" jsonschema pytest-timeout >"$work/pip-$minor.log" 2>&1; then
    tail -n 20 "$work/pip-$minor.log" >&2
    failed+=("$minor (not installed)")
    continue
  fi
  version=$("$own" -c 'import platform; print(platform.python_version())')
  engine=$("$own" -c 'from hechting_rules.consultation import Consultation; print(Consultation().engine)')
  advices "$own" "$work/advice-$minor"
  ran+=("$version ($engine)")
  first=${first:-$minor}
  diff -r "$work/advice-$first" "$work/advice-$minor" >"$work/diff-$minor" || different+=("$minor")
  if "$own" -m pytest -q -p no:cacheprovider "${tests[@]}" >"$work/tests-$minor.log" 2>&1; then
    echo "Python $version, engine $engine: $(tail -n 1 "$work/tests-$minor.log")"
    skipped "$work/tests-$minor.log"
  else
    tail -n 40 "$work/tests-$minor.log" >&2
    failed+=("$minor (tests)")
  fi
done

echo "ran: ${ran[*]:-none}; failed: ${failed[*]:-none}"
not_here
if [ -z "$first" ]; then
  echo "no Python from 3.11 to 3.14 could be used" >&2
  exit 1
fi
count=$(find "$work/advice-$first" -name '*.json' | wc -l)
told=$(grep -c '^Step(' "$work/advice-$first/consultations")
echo "$count advices and $told steps of consultations on Python $first; others that differ from them: ${different[*]:-none}"
for minor in "${different[@]}"; do
  head -c 4000 "$work/diff-$minor" >&2
done
[ ${#different[@]} -eq 0 ] && [ ${#failed[@]} -eq 0 ]
