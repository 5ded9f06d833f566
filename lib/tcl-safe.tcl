# Judges one condition in a safe Tcl interpreter (sdscripts(5), "CONDITIONS"). Started by src/host/condition.ts, one process an evaluation.
#
# Everything the condition may know comes in as data on stdin, each field as "LENGTH newline BYTES"; nothing of it ever becomes part of
# this script. The answer is one line "TOKEN VERDICT LENGTH" and LENGTH bytes of text; TOKEN came with the input, so that only this
# script can answer. VERDICT: true, false, error. Memory and the time of a single command are limited from outside.

fconfigure stdin -translation binary
fconfigure stdout -translation binary

proc field {} {
    gets stdin size
    encoding convertfrom utf-8 [read stdin $size]
}

proc fields {} {
    set all {}
    for {set left [field]} {$left > 0} {incr left -1} {lappend all [field]}
    return $all
}

# A path as the condition means it: below the root it speaks of, as a process chrooted there would see it, so that neither links nor ".."
# lead out. A "~" stands for nobody's home.
proc placed {root name} {
    if {![string match /* $name]} {set name /$name}
    if {$root eq ""} {return $name}
    set physical {}
    set links 0
    for {set todo [split $name /]} {$todo ne {}} {} {
        set todo [lassign $todo part]
        switch -exact -- $part {
            "" - . continue
            .. {
                set physical [lrange $physical 0 end-1]
                continue
            }
        }
        if {[catch {file readlink $root/[join [list {*}$physical $part] /]} target]} {
            lappend physical $part
            continue
        }
        # As the kernel.
        if {[incr links] > 40} {error "too many symbolic links"}
        if {[string match /* $target]} {set physical {}}
        set todo [list {*}[split $target /] {*}$todo]
    }
    return $root/[join $physical /]
}

# The two subcommands of "file" that a condition has. "exist" is an abbreviation Tcl itself allows.
proc fileFor {child root args} {
    switch -exact -- [lindex $args 0] {
        exist - exists {
            if {[llength $args] != 2} {error {wrong # args: should be "file exists name"}}
            return [expr {![catch {placed $root [lindex $args 1]} place] && [file exists $place]}]
        }
        stat {
            if {[llength $args] != 3} {error {wrong # args: should be "file stat name varName"}}
            if {[catch {file stat [placed $root [lindex $args 1]] found}]} {
                error "could not read \"[lindex $args 1]\": no such file or directory"
            }
            # Runs in the frame that called, so that a variable of a procedure works.
            interp eval $child [list array set [lindex $args 2] [array get found]]
            return
        }
    }
    error "a condition has \"file exists\" and \"file stat\" only"
}

proc appliedFor {applied id} {
    dict exists $applied $id
}

proc answer {token verdict text} {
    set bytes [encoding convertto utf-8 [string range $text 0 999]]
    puts -nonewline "$token $verdict [string length $bytes]\n$bytes"
    flush stdout
    exit 0
}

set token [field]
set mode [field]
set id [field]
set root [field]
set condition [field]
set cmdline [fields]
set release [fields]
set applied {}
foreach each [fields] {dict set applied $each 1}

# Errors that the compiler finds anywhere in the text, also where an evaluation would not come along today.
if {$mode eq "check"} {
    set found {}
    if {![info complete $condition]} {lappend found "missing close-brace, bracket or quote"}
    catch {
        set last {}
        foreach line [split [tcl::unsupported::disassemble script $condition] \n] {
            if {[regexp {\mpush\d+ \d+\s+# "(.*)"$} $line -> literal]} {lappend last $literal}
            if {[regexp {\) syntax } $line]} {
                set text [string map {\\\" \" \\n " "} [lindex $last end-1]]
                lappend found [regsub { ?in expression.*$} $text {}]
            }
        }
    }
    if {$found ne {}} {answer $token error [join $found "; "]}
}

set child [interp create -safe]
interp alias $child file {} fileFor $child $root
interp alias $child patchApplied {} appliedFor $applied
# A child of the child would have no limits; the others wait for what never comes.
foreach name {interp vwait after} {interp hide $child $name}
interp eval $child [list array set cmdline $cmdline]
interp eval $child [list array set versionData $release]
interp eval $child [list set id $id]

# Behind the loading: the command limit counts from the birth of the child.
interp recursionlimit $child 500
interp limit $child command -value [expr {[interp eval $child {info cmdcount}] + 100000}]
interp limit $child time -seconds [expr {[clock seconds] + 2}]

set code [catch {interp eval $child $condition} value options]
if {$code == 1} {answer $token error $value}
if {$code != 0 && ($code != 2 || [dict get $options -code] != 0)} {
    answer $token error "it ended with \"[string map {2 return 3 break 4 continue} $code]\" instead of a value"
}
if {[catch {expr {$value ? "true" : "false"}} truth]} {
    answer $token error "\"[string range $value 0 99]\" is neither true nor false"
}
answer $token $truth $value
