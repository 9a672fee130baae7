#!/usr/bin/env bash
# The packages as a stranger gets them: builds sdist and wheel twice and compares them, writes a bill of materials, and for each
# python3.11 to python3.14 found here (on PATH, or a version of pyenv) installs the wheel without extras and runs it, then with all of
# them and runs the tests in a folder that holds no source. Packages and bill stay in dist/. Needs a package registry; on 3.11 and
# 3.12 also a C compiler. Half an hour; PYTEST_ADDOPTS is handed on, and ONLY=3.13 takes one Python.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1
source tests/pythons.sh

build() {  # sdist, and the wheel made from it, into a folder
  "$work/build/bin/python" -m build --quiet --outdir "$1" "$root" >"$work/build.log" 2>&1 || { cat "$work/build.log" >&2; exit 1; }
}

bill() {  # what an environment holds beside its tools, as CycloneDX; where the wheel lay on this machine is nobody's business
  "$1" -c 'import importlib.metadata as m; [f.locate().unlink() for f in m.files("hechting-rules") if f.name == "direct_url.json"]'
  "$1" -m pip uninstall --quiet --yes setuptools pip
  "$work/build/bin/cyclonedx-py" environment --output-reproducible --pyproject pyproject.toml --of JSON -o "$2" "$1"
}

python3 -m venv "$work/build"
"$work/build/bin/python" -m pip install --quiet build cyclonedx-bom
build "$work/one"
build "$work/two"
for file in "$work"/one/*; do
  cmp "$file" "$work/two/$(basename "$file")"
done
mkdir -p dist
cp "$work"/one/* dist/
wheel=$(echo dist/*.whl)
echo "built twice with the same bytes:"
(cd dist && stat --format='  %n: %s bytes' ./*.whl ./*.tar.gz)

mkdir "$work/tree"  # what the tests read, but for the library itself
cp -r rules examples tests docs benchmarks Makefile pyproject.toml README.md CHANGELOG.md CONTRIBUTING.md LICENSE NOTICE "$work/tree"

ALONE='
from hechting_rules import Case, Consultation, advise, decide
case = Case.of(child="baby", present=["baby.avoids_eye_contact", "parent.unresolved_trauma"])
told = {s.code for s in advise(case).suggestions if s.outcome == "established"}
assert told and told <= decide(case).established
with Consultation() as consultation:
    consultation.tell("child", "baby")
    print(f"{len(told)} suggestions, consultations on {consultation.engine}")
'

ran=() failed=() missing=()
for minor in ${ONLY:-3.11 3.12 3.13 3.14}; do
  python=$(find_python "$minor")
  if [ -z "$python" ]; then
    missing+=("$minor")
    continue
  fi
  "$python" -m venv "$work/bare-$minor"
  bare=$work/bare-$minor/bin
  "$bare/python" -m pip install --quiet "$wheel"
  said=$(cd "$work" && "$bare/python" -W error -c "$ALONE")
  (cd "$work" && "$bare/hechting" about >"$work/about" 2>&1) && { echo "the command runs without its extra?" >&2; exit 1; }
  grep -q "pip install 'hechting-rules\[cli\]'" "$work/about"
  needs=$("$bare/python" -m pip list --format freeze | grep -vE '^(pip|setuptools|hechting-rules)=' | tr '\n' ' ')
  bill "$bare/python" "dist/bill-of-materials-$minor.json"
  echo "Python $("$bare/python" -c 'import platform; print(platform.python_version())'), without extras: $said; needs $needs"
  "$python" -m venv "$work/full-$minor"
  full=$work/full-$minor/bin
  "$full/python" -m pip install --quiet "$wheel[dev]"
  cp -r "$work/tree" "$work/tree-$minor"
  if (cd "$work/tree-$minor" && PATH="$full:$PATH" CI=1 "$full/python" -m pytest -q -n auto -p no:cacheprovider >"$work/tests-$minor.log" 2>&1); then
    echo "  with all extras: $(tail -n 1 "$work/tests-$minor.log")"
    skipped "$work/tests-$minor.log"
    ran+=("$minor")
  else
    grep -E '^(FAILED|ERROR)|passed|failed' "$work/tests-$minor.log" >&2 || tail -n 40 "$work/tests-$minor.log" >&2
    failed+=("$minor")
  fi
  rm -rf "$work/tree-$minor" "$work/full-$minor" "$work/bare-$minor"
done
echo "ran: ${ran[*]:-none}; failed: ${failed[*]:-none}"
not_here
[ ${#failed[@]} -eq 0 ] && [ ${#ran[@]} -gt 0 ]
