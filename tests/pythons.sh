# Read by the scripts that run something on every Python of the machine.

find_python() {  # the newest Python of a minor version such as 3.11, or nothing
  local minor=$1 found
  for found in "$(command -v "python$minor" || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$minor".*/bin/python; do
    if [ -x "$found" ] && [ "$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$minor" ]; then
      echo "$found"
    fi
  done | tail -n 1
}

skipped() {  # why tests were skipped, and how many
  sed -nE 's/^SKIPPED \[([0-9]+)\] [^ ]+: /\1 /p' "$1" | awk '{n = $1; $1 = ""; count[$0] += n} END {for (why in count) print "  skipped " count[why] ":" why}'
}

not_here() {  # which Pythons were not found, from the list `missing`
  local minor
  for minor in "${missing[@]}"; do
    echo "not run: Python $minor is neither on PATH nor a version of pyenv (${PYENV_ROOT:-$HOME/.pyenv})"
  done
}
