#!/usr/bin/env bash
# Refuses a contract that takes something away: against every contract in released/, which needs neither tags nor a
# network, and against the last tag where there is one. With --release, it then records the contract under its version.
set -euo pipefail
cd "$(dirname "$0")"
buf=${BUF:-buf}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

for recorded in released/*.binpb; do
  "$buf" breaking --against "$recorded" || { echo "the contract takes away what $recorded has: put it back" >&2; exit 1; }
done
if tag=$(git describe --tags --abbrev=0 2>/dev/null) && git archive "$tag" . 2>/dev/null | tar -x -C "$made"; then
  "$buf" breaking --against "$made" || { echo "the contract takes away what tag $tag has: put it back" >&2; exit 1; }
fi

version=$(sed -n 's/^option (contract_version) = "\(.*\)";$/\1/p' swarm/v1/contract.proto)
recorded=released/$version.binpb
"$buf" build --exclude-source-info -o "$made/now.binpb"
if [ -e "$recorded" ]; then
  cmp -s "$made/now.binpb" "$recorded" || { echo "the contract isn't $version any more: count contract_version up in swarm/v1/contract.proto" >&2; exit 1; }
elif [ "${1:-}" = --release ]; then
  cp "$made/now.binpb" "$recorded"
  echo "contract $version is in proto/$recorded"
fi
