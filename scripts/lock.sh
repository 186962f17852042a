#!/usr/bin/env bash
# Write requirements-dev.lock anew: the newest versions that pyproject.toml permits.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check '.[dev]' hatchling editables
{
  echo "# What development and CI install: exact versions, from any index. Made by scripts/lock.sh."
  "$work/venv/bin/python" -m pip freeze --exclude tidegate --exclude pip --exclude setuptools
} > requirements-dev.lock
