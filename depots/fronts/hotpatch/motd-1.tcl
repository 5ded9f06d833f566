# From the release of this date on the text is right by itself.
if {![info exists versionData(datecode)] || $versionData(datecode) >= 20240601000000} {return false}
file exists /etc/motd
