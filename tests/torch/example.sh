#!/usr/bin/env bash
# example.sh CMAKE BUILD PROJECT: installs the build, configures a project that finds the package, builds it, runs it.
set -euo pipefail
cmake=$1 build=$2 project=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$cmake" --install "$build" --component cpp --prefix "$folder/installed" >/dev/null
"$cmake" -S "$project" -B "$folder/build" -G Ninja -DCMAKE_PREFIX_PATH="$folder/installed" -DCMAKE_BUILD_TYPE=Release
"$cmake" --build "$folder/build"
cd "$folder"
output=$(OPENBLAS_NUM_THREADS=1 build/watched_training)
printf '%s\n' "$output"
grep -q 'Cause: vanishing-gradient' <<<"$output"
test -s report.html
