#!/usr/bin/env bash
# Regenerates swarm/v1/*_pb2.py, *_pb2.pyi and *_pb2_grpc.py from proto/swarm/v1 (needs grpcio-tools 1.85.1).
set -euo pipefail
cd "$(dirname "$0")/.."
protoc() { "${PYTHON:-python}" -m grpc_tools.protoc --proto_path=proto "$@"; }
protoc --python_out=. --pyi_out=. proto/swarm/v1/*.proto
# shellcheck disable=SC2046
protoc --grpc_python_out=. $(grep -l '^service ' proto/swarm/v1/*.proto)
