#!/usr/bin/env bash
# Copies the rules and dashboards of deploy/ into the chart, which can hold no file from elsewhere and whose links would not
# survive every download.  Run it after changing them.  Usage: helm/copy_files.sh [--check]
# With --check it changes nothing, and fails where the chart's copies differ.
set -euo pipefail
cd "$(dirname "$0")/.."
files=helm/cckm-exporter/files
if [ "${1-}" = --check ]; then
  diff --brief deploy/prometheus/rules $files/rules && diff --brief deploy/grafana/dashboards $files/dashboards && exit
  echo "The chart's rules or dashboards are not those of deploy/: run helm/copy_files.sh." >&2
  exit 1
fi
rm -rf $files
mkdir $files
cp -r deploy/prometheus/rules $files/rules
cp -r deploy/grafana/dashboards $files/dashboards
