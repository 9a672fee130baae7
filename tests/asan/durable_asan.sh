#!/usr/bin/env bash
# The adapter to durable-rules under AddressSanitizer: fetches the source distribution of durable-rules, builds its engine with
# -fsanitize=address, and runs the histories of tests/soak on it, every new byte of memory filled with garbage. Ends with 0 when
# AddressSanitizer found nothing. Needs gcc, a package registry, and a Python 3.11 or 3.12 in which this project and its extra
# `testing` are installed (PYTHON=...; python3 otherwise). Arguments are passed on to the histories.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
version=${DURABLE_VERSION:-2.0.28}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for needed in gcc "$python"; do
  command -v "$needed" >/dev/null || { echo "cannot run: there is no $needed" >&2; exit 2; }
done
asan=$(gcc -print-file-name=libasan.so)
[ -e "$asan" ] || { echo "cannot run: gcc has no libasan" >&2; exit 2; }

"$python" -m pip --disable-pip-version-check download --quiet --no-deps --no-binary :all: --dest "$work" "durable-rules==$version"
tar -xzf "$work"/durable_rules-*.tar.gz -C "$work"
source=$(echo "$work"/durable_rules-*/)
headers=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
mkdir "$work/asan"
gcc -std=c99 -D_GNU_SOURCE -O1 -g -w -fsanitize=address -fno-omit-frame-pointer -fPIC -shared \
  -I"$headers" -I"$source/src/rules" "$source"/src/rules/{json,rete,state,events,regex}.c "$source/src/rulespy/rules.c" \
  -o "$work/asan/durable_rules_engine$suffix"

run() {  # Python with the instrumented engine before the installed one; leaks are Python's own and measured by the soak instead
  LD_PRELOAD=$asan ASAN_OPTIONS=detect_leaks=0:max_malloc_fill_size=1000000000:abort_on_error=0 \
    PYTHONPATH="$work/asan:tests" PYTHONMALLOC=malloc "$python" "$@"
}

echo "gcc $(gcc -dumpfullversion), durable-rules $version"
run -c 'import durable_rules_engine as e; assert "/asan/" in e.__file__, e.__file__'

echo "what delete_state does to a session in which no rule fired (the sanitizer must see it):"
if run -c '
import json
import durable_rules_engine as rete
handle = rete.create_ruleset("r", json.dumps({"r": {"all": [{"a": {"x": 1}}, {"b": {"y": 1}}]}}))
rete.assert_fact(handle, json.dumps({"sid": "0", "id": "x", "x": 1}))
rete.delete_state(handle, "0")
' 2>"$work/seen"; then
  echo "nothing was seen: this run proves nothing" >&2
  exit 1
fi
grep -m 1 "ERROR: AddressSanitizer" "$work/seen" | sed 's/^==[0-9]*==//; s/ on unknown.*//'

echo "the adapter:"
if [ $# -eq 0 ]; then
  set -- --steps 5000 --books 25 --row 500
fi
run tests/soak/consultation_soak.py "$@"
run -m pytest -q -p no:cacheprovider tests/test_durable.py -k "registers or interrupted or working or threads or left"
echo "AddressSanitizer found nothing"
