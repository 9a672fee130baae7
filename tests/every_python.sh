#!/usr/bin/env bash
# Advice is the same to the byte on every Python: for each python3.11 to python3.14 found here (on PATH, or a version of pyenv), make
# an environment in a temporary folder, install the project with its command line, and compare the JSON of all example cases in both
# languages. Says which versions ran and which were not found. Needs a package registry; on 3.11 and 3.12 also a C compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find_python() {  # the newest Python of a minor version such as 3.11, or nothing
  local minor=$1 found
  for found in "$(command -v "python$minor" || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$minor".*/bin/python; do
    if [ -x "$found" ] && [ "$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$minor" ]; then
      echo "$found"
    fi
  done | tail -n 1
}

advices() {  # the JSON of every example case in every language, one file each, into a folder
  local python=$1 out=$2 case language
  mkdir -p "$out"
  for case in "$root"/examples/cases/*.yaml; do
    for language in nl en; do
      (cd "$out" && "$python" -m hechting_rules advise "$case" --lang "$language" --format json >"$(basename "$case" .yaml).$language.json")
    done
  done
}

ran=() missing=() different=() failed=() first=
for minor in 3.11 3.12 3.13 3.14; do
  python=$(find_python "$minor")
  if [ -z "$python" ]; then
    missing+=("$minor")
    continue
  fi
  "$python" -m venv "$work/venv-$minor"
  if ! "$work/venv-$minor/bin/python" -m pip --disable-pip-version-check install --quiet "$root[cli]" >"$work/pip-$minor.log" 2>&1; then
    tail -n 20 "$work/pip-$minor.log" >&2
    failed+=("$minor")
    continue
  fi
  advices "$work/venv-$minor/bin/python" "$work/advice-$minor"
  ran+=("$("$work/venv-$minor/bin/python" -c 'import platform; print(platform.python_version())')")
  first=${first:-$minor}
  diff -r "$work/advice-$first" "$work/advice-$minor" >"$work/diff-$minor" || different+=("$minor")
done

echo "ran: ${ran[*]:-none}; not found: ${missing[*]:-none}; could not install: ${failed[*]:-none}"
if [ -z "$first" ]; then
  echo "no Python from 3.11 to 3.14 could be used" >&2
  exit 1
fi
count=$(find "$work/advice-$first" -name '*.json' | wc -l)
echo "$count advices on Python $first; others that differ from them: ${different[*]:-none}"
for minor in "${different[@]}"; do
  head -n 20 "$work/diff-$minor" >&2
done
[ ${#different[@]} -eq 0 ] && [ ${#failed[@]} -eq 0 ]
