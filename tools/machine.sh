#!/usr/bin/env bash
# Installs Debian packages whose program is missing: machine.sh PROGRAM:PACKAGE ...
set -euo pipefail
missing=()
for pair in "$@"; do
  program=${pair%%:*} package=${pair#*:}
  command -v "$program" >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/$program" >/dev/null || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
