#!/usr/bin/env bash
# npm run demo: packages depots/demo, installs, patches, rolls back, commits and removes in a scratch directory that goes at the end.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export PATH="$here/../dist/bin:$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME="$scratch/home" SWDIST_DEFAULTS="$scratch/defaults"
mkdir -p "$HOME" "$scratch/root"
echo "admin_directory=$scratch/adm" > "$SWDIST_DEFAULTS"
DEPOT=$scratch/demo.depot
ROOT=$scratch/root

say() { printf '\n\033[1m== %s\033[0m\n' "$1"; }
quoted() { for word; do case $word in *[!A-Za-z0-9_./=,@:-]*) printf "'%s' " "$word" ;; *) printf '%s ' "$word" ;; esac; done; }
# Shows a command with the scratch paths as their names, runs it, and expects the exit status given.
run() {
  local want=$1 got=0
  shift
  printf '\n$ %s\n' "$(quoted "$@" | sed -e "s,$ROOT,\$ROOT,g" -e "s,$DEPOT,\$DEPOT,g")"
  "$@" || got=$?
  if [ "$got" != "$want" ]; then echo "demo: exit $got, expected $want" >&2; exit 1; fi
}

say "Package two PSFs into one depot, and register it"
cd "$here/demo"
run 0 swpackage -s x11.psf -d "$DEPOT"
run 0 swpackage -x verbose=0 -s patches.psf -d "$DEPOT"
run 0 swreg -l depot "$DEPOT"
run 0 swlist -d @ "$DEPOT"
run 0 swlist -d -l category @ "$DEPOT"

say "Install X11 with the critical patches that its filesets have"
run 0 swinstall -s "$DEPOT" -x 'patch_filter=*.*,c=critical' X11 @ "$ROOT"
run 0 swlist @ "$ROOT"
run 0 swlist -l fileset -a applied_patches X11 @ "$ROOT"
run 0 sh "$ROOT/usr/bin/X11/xclock"

say "Roll the xclock patch back: the original file returns"
run 0 swremove PHSS_27875 @ "$ROOT"
run 0 sh "$ROOT/usr/bin/X11/xclock"
run 0 swverify X11 @ "$ROOT"

say "An older patch by name, then the one that supersedes it"
run 0 swinstall -x verbose=0 -s "$DEPOT" PHSS_25201 @ "$ROOT"
run 0 swinstall -x verbose=0 -s "$DEPOT" PHSS_27875 @ "$ROOT"
run 0 swlist -l fileset -a patch_state -a superseded_by -x show_superseded_patches=true 'PHSS_2*' @ "$ROOT"
run 0 swlist -l patch X11.X11-RUN-CL @ "$ROOT"

say "Commit it: the saved files go, and with them the way back"
run 0 swmodify -x patch_commit=true PHSS_27875 @ "$ROOT"
run 1 swremove PHSS_27875 @ "$ROOT"
run 0 sh "$ROOT/usr/bin/X11/xclock"

say "Remove everything"
run 0 swremove '*' @ "$ROOT"
run 0 swlist @ "$ROOT"
run 0 find "$ROOT" -path "$ROOT/var" -prune -o -type f -print
