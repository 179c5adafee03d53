# Sourced by .ci/demo, .ci/test and .ci/run: makes a Debian 12 ready. Installs only what is missing, from Debian and npm.
#   ready <package>...   apt packages beyond what the build needs; then Node, the npm packages and the build
set -euo pipefail
export NO_COLOR=1
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }

need() {
  local missing=() package
  for package; do
    [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "apt-get install ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >/dev/null
  apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
}

node_fits() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# Debian 12 has Node 18 and the tools want 20.19: npm's own package of Node goes into .cache, with an npm that fits it.
ready_node() {
  node_fits && return
  local folder=$PWD/.cache/node arch=x64
  [[ $(uname -m) == aarch64 ]] && arch=arm64
  if [[ ! -e $folder/node_modules/npm/package.json ]]; then
    command -v npm >/dev/null || need npm
    say "Node 22 from npm"
    mkdir -p "$folder"
    npm install --prefix "$folder" --no-save --no-audit --no-fund --loglevel=error "node-linux-$arch@22.23.3" npm@11.19.1
  fi
  export PATH=$folder/node_modules/node-linux-$arch/bin:$folder/node_modules/.bin:$PATH
}

ready() {
  need ca-certificates cmake g++ git libseccomp-dev make "$@"
  ready_node
  if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    say "npm ci"
    npm ci --no-audit --no-fund
  fi
  say "npm run build"
  npm run -s build
}

# Parts of a run, one record each: name, seconds, passed, failed, skipped, listed. .ci/test adds to the records of .ci/run.
export HOIST_RECORDS=${HOIST_RECORDS:-}
if [[ -z $HOIST_RECORDS ]]; then
  HOIST_RECORDS=$(mktemp)
  trap 'rm -f "$HOIST_RECORDS"' EXIT
fi

# Runs a command as a part and goes on when it fails. It counts as the tests that its last `N passed, N failed, N skipped` tells of, or
# as one; failures of a command that succeeds are listed ones, and a command that fails has at least one.
part() {
  local name=$1 begin=$SECONDS code=0 log passed failed skipped listed=0
  shift
  log=$(mktemp)
  say "$*"
  "$@" 2>&1 </dev/null | tee "$log" || code=$?
  read -r passed failed skipped < <(
    sed -nE 's/^(hoist: )?([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped$/\2 \3 \4/p' "$log" | tail -1 | grep . ||
      echo $((code == 0)) 0 0
  )
  rm -f "$log"
  ((code != 0)) || { listed=$failed failed=0; }
  ((code == 0 || failed > 0)) || failed=1
  echo "$name:$((SECONDS - begin)):$passed:$failed:$skipped:$listed" >>"$HOIST_RECORDS"
}

# Prints the parts so far and their sum. False when anything failed, or nothing ran.
summary() {
  say "summary"
  awk -F: '
    { printf "%-17s %5d passed, %d failed, %d skipped%s (%d s)\n", $1, $3, $4, $5, $6 ? ", " $6 " fail as listed" : "", $2
      passed += $3; failed += $4; skipped += $5 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 || passed == 0 }' "$HOIST_RECORDS"
}
