# shellcheck shell=bash
# What the launchers in this folder share: find a Python, make the virtual environment, install
# the pinned packages. A start that finds all of this done takes a fraction of a second.
#
#   PYTHON  the interpreter to build on (default: the first of python3, python3.11 … that is
#           new enough)
#   VENV    the folder of the virtual environment (default: .venv in the project)

set -euo pipefail

PROJECT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=${VENV:-$PROJECT/.venv}
[[ $VENV == /* ]] || VENV=$PWD/$VENV
LOG=$VENV/install.log
OLDEST_PYTHON=3.11

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# Run a command of the project; the caller's folder stays current, for relative paths.
application() {
  PYTHONPATH=$PROJECT${PYTHONPATH:+:$PYTHONPATH} exec "$VENV/bin/python" -P -m application "$@"
}

# bootstrap FILE: leave an environment in $VENV that holds the packages of FILE.
bootstrap() {
  local requirements=$1
  usable_home
  if is_installed "$requirements"; then return; fi
  mkdir -p "$VENV" 2>/dev/null || fail "cannot create the folder $VENV (set VENV to another one)"
  exec 9>"$VENV/.lock" || fail "cannot write to $VENV (set VENV to another folder)"
  if ! flock -n 9; then
    say "Another start is installing into $VENV; waiting for it …"
    flock 9
  fi
  if ! is_installed "$requirements"; then install "$requirements"; fi
  exec 9>&-
}

# A MinIO server for what needs one: that of MINIO or PATH, or one that is built here once. Fails
# with a message where it cannot be had.
minio_server() {
  PYTHONPATH=$PROJECT "$VENV/bin/python" -P -m application minio --build-only >&2
}

# Some tools insist on a home folder; service accounts may have none.
usable_home() {
  if [[ -z ${HOME:-} || ! -d $HOME || ! -w $HOME ]]; then
    export HOME=$VENV/home
    mkdir -p "$HOME" 2>/dev/null || true
  fi
}

stamp_of() { printf '%s/.installed-%s' "$VENV" "$1"; }

# What the environment must match: packages, system packages and the interpreter.
wanted_stamp() {
  cat "$PROJECT/$1" "$PROJECT/scripts/debian-packages.txt" | sha256sum | cut -d ' ' -f 1
  "$VENV/bin/python" -c 'import sys; print(sys.version)'
}

is_installed() {
  local stamp
  stamp=$(stamp_of "$1")
  [[ -f $stamp && -x $VENV/bin/python && ! -f $VENV/.installing ]] || return 1
  [[ -z ${PYTHON:-} || $(version_of "$PYTHON") == $(version_of "$VENV/bin/python") ]] || return 1
  [[ $(<"$stamp") == "$(wanted_stamp "$1" 2>/dev/null)" ]]
}

install() {
  local requirements=$1 contained
  clear_broken_environment
  touch "$VENV/.installing"
  rm -f "$VENV"/.installed-*
  : >"$LOG"
  if [[ ! -x $VENV/bin/python ]]; then create_environment; fi
  system_packages "$VENV/bin/python" library command || true # whoever needs them says so
  if [[ $requirements == requirements-dev.txt ]]; then
    system_packages "$VENV/bin/python" test || true # tests that need them are skipped
  fi
  install_packages "$requirements"
  for contained in "$requirements" $(contained_in "$requirements"); do
    wanted_stamp "$contained" >"$(stamp_of "$contained")"
  done
  rm -f "$VENV/.installing"
}

# The files whose packages another file holds, all of them.
contained_in() {
  case $1 in
    requirements-bench.txt) echo requirements.txt ;;
    requirements-dev.txt) echo requirements.txt requirements-bench.txt ;;
  esac
}

# An installation that was cut short, an interpreter that went with an upgrade of the system,
# or another PYTHON: start over. Only ever delete what is a virtual environment.
clear_broken_environment() {
  local why="" entry
  if [[ -f $VENV/.installing ]]; then
    why="the last installation was interrupted"
  elif [[ -f $VENV/pyvenv.cfg ]]; then
    if ! is_recent "$VENV/bin/python"; then
      why="its Python does not work or is too old"
    elif [[ -n ${PYTHON:-} && $(version_of "$PYTHON") != $(version_of "$VENV/bin/python") ]]; then
      why="it has another Python than $PYTHON"
    fi
  else
    for entry in "$VENV"/*; do
      case ${entry##*/} in '*' | install.log | home | programs) ;; *)
        fail "$VENV is not empty and not a virtual environment (set VENV to another folder)" ;;
      esac
    done
  fi
  if [[ -z $why ]]; then return; fi
  [[ -z ${PYTHON:-} ]] || is_recent "$PYTHON" || no_python
  say "Building $VENV anew: $why."
  find "$VENV" -mindepth 1 -maxdepth 1 ! -name .lock ! -name .installing ! -name programs -exec rm -rf {} +
  usable_home
}

create_environment() {
  local python
  python=$(find_python)
  if [[ -z $python && $(id -u) == 0 ]] && ! command -v python3 >/dev/null; then
    system_packages "" module || true # brings a Python along
    python=$(find_python)
  fi
  [[ -n $python ]] || no_python
  system_packages "$python" module || exit 1
  say "Creating the virtual environment $VENV with Python $(version_of "$python") …"
  "$python" -m venv "$VENV" >>"$LOG" 2>&1 ||
    fail "the virtual environment could not be created: $(tail -n 1 "$LOG") (see $LOG)"
}

# Print the path of the interpreter itself, not of a link to it in an environment that may be
# about to go; print nothing when none is recent enough.
find_python() {
  local candidate candidates=(python3 python3.11 python3.12 python3.13 python3.14)
  if [[ -n ${PYTHON:-} ]]; then candidates=("$PYTHON"); fi
  for candidate in "${candidates[@]}"; do
    if is_recent "$candidate"; then
      "$candidate" -c 'import sys; print(getattr(sys, "_base_executable", sys.executable))'
      break
    fi
  done
}

no_python() {
  local name=${PYTHON:-python3} version
  version=$(version_of "$name")
  fail "Python $OLDEST_PYTHON or newer is needed, $name is ${version:-missing or broken}:" \
    "install it, or set PYTHON to its path"
}

is_recent() {
  "$1" -c "import sys; sys.exit(sys.version_info < (${OLDEST_PYTHON/./, }))" >/dev/null 2>&1
}

version_of() { "$1" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null || true; }

# system_packages PYTHON KIND…: install what debian-packages.txt lists of these kinds and is
# missing. Fails with a message where it cannot.
system_packages() {
  local python=$1 package kind name missing=()
  shift
  while read -r package kind name; do
    if [[ $package != '#'* && " $* " == *" $kind "* ]] && ! has "$kind" "$name" "$python"; then
      missing+=("$package")
    fi
  done <"$PROJECT/scripts/debian-packages.txt"
  if ((${#missing[@]} == 0)); then return; fi
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    say "Installing system packages: ${missing[*]} …"
    if apt-get update >>"$LOG" 2>&1; then
      if apt_install "${missing[@]}"; then return; fi
      # One that this system does not know must not keep the others away.
      for package in "${missing[@]}"; do apt_install "$package" || true; done
    fi
    say "error: apt-get could not install them; is there a network? (see $LOG)"
  else
    say "error: system packages are missing; on Debian and Ubuntu this line installs them:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  return 1
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$LOG" 2>&1
}

has() {
  local kind=$1 name=$2 python=$3
  case $kind in
    module) [[ -n $python ]] && "$python" -c "import $name" >/dev/null 2>&1 ;;
    library) PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -F "$name " >/dev/null ;;
    # Debian keeps servers off the path of most users.
    command | test) PATH=$PATH:/sbin:/usr/sbin command -v "$name" >/dev/null ;;
    *) fail "scripts/debian-packages.txt: unknown kind $kind" ;;
  esac
}

install_packages() {
  local requirements=$1
  say "Installing $(grep -c '==' "$PROJECT/$requirements" || true) packages of $requirements" \
    "(the first time takes a few minutes) …"
  if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
    "$VENV/bin/python" -m ensurepip >>"$LOG" 2>&1 || fail "there is no pip in $VENV (see $LOG)"
  fi
  if PIP_USER=no PIP_DISABLE_PIP_VERSION_CHECK=1 "$VENV/bin/python" -m pip install --no-input \
    --progress-bar off -r "$PROJECT/$requirements" 2>&1 | tee -a "$LOG" | show_progress; then
    return
  fi
  # Nothing was changed yet: the environment can be used again.
  grep -q '^Installing collected packages' "$LOG" || rm -f "$VENV/.installing"
  fail "the packages could not be installed: $(why_pip_failed) (see $LOG)"
}

show_progress() {
  local line count=0 warned=""
  while IFS= read -r line; do
    case $line in
      Collecting*)
        count=$((count + 1))
        if ((count % 25 == 0)); then say "  $count packages looked up …"; fi
        ;;
      *Downloading*[0-9][0-9].[0-9]' MB)'*) say "  ${line#"${line%%[![:space:]]*}"}" ;;
      'WARNING: Retrying '*)
        [[ -n $warned ]] || say "  the package index does not answer, trying again …"
        warned=yes
        ;;
      'Installing collected packages'*) say "  unpacking …" ;;
    esac
  done
}

why_pip_failed() {
  local network='NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError'
  network+='|SSLError|Max retries|Connection(Reset|Refused)?Error|from versions: none'
  if grep -q 'No space left on device' "$LOG"; then
    printf 'the disk is full; free some space and start again'
  elif grep -qE "$network" "$LOG"; then
    printf 'the package index does not answer; connect to a network, or set PIP_INDEX_URL to '
    printf 'a mirror, and start again'
  else
    printf '%s' "$(grep '^ERROR' "$LOG" | tail -n 1 | cut -c 1-200)"
  fi
}
