#!/bin/sh
# Check what goes out as FHIR with validators that others wrote. Needs node and npm, and a registry or cache that npm can reach.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${1:-python3}
for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "fhir-validators cannot run: $tool is not installed" >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null 2>&1
npm install --no-audit --no-fund --silent fhir@4.12.0 @asymmetrik/fhir-json-schema-validator@0.9.8 2>npm.log \
  || { echo "fhir-validators cannot run: npm could not install the validators" >&2; tail -3 npm.log >&2; exit 2; }
"$python" "$here/write.py" "$work/made"
for wrong in made/wrong/*; do
  if node "$here/check.mjs" "$wrong" >/dev/null; then
    echo "the validators let a wrong resource pass: $(basename "$wrong")" >&2
    exit 1
  fi
done
node "$here/check.mjs" made/right
