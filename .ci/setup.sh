# Sourced by .ci/demo, .ci/test and .ci/run: makes a Debian 12 ready. Installs only what is missing, from Debian and npm.
#   ready <package>...   apt packages beyond what the build needs; then Node, the npm packages and the build
set -euo pipefail
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
