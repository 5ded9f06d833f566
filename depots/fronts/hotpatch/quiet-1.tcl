expr {[info exists cmdline(quiet)] && ![patchApplied quiet-0]}
