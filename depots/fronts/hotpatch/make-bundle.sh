#! /bin/sh
# Makes example.bundle in the working directory. hotpatch-mk must be on the PATH.
set -e
here=$(dirname "$0")
hotpatch-mk example.bundle motd-1 "$here/motd-1.tcl" "$here/motd-1.sh"
hotpatch-mk example.bundle motd-2 'patchApplied motd-1' "$here/motd-2.sh"
hotpatch-mk example.bundle quiet-1 "$here/quiet-1.tcl" "$here/quiet-1.sh"
