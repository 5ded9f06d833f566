# Completion of the swdist commands for fish: put this file into ~/.config/fish/conf.d.
# The commands themselves know what can follow; see src/cli/complete.ts.

function __swdist_complete
    set -l typed (commandline -opc) (commandline -ct)
    for proposal in ($typed[1] --complete $typed[2..-1] 2>/dev/null)
        if test "$proposal" = ':files'
            # Behind --flag= paths begin anew.
            set -l flag (string match -r -- '^--[^=]+=' (commandline -ct))
            set -l path (string replace -r -- '^--[^=]+=' '' (commandline -ct))
            string replace -r -- '^' "$flag" (__fish_complete_path "$path")
        else
            echo $proposal
        end
    end
end

for name in apply-patch check_patches cleanup exec-nodes gen-node-list hotpatch hotpatch-mk hotpatchd \
        mk-gated-patch platform-check platform-upgrade scan-all sd show_patches swacl swagentd swask swconfig \
        swcopy swinstall swjob swlist swmodify swpackage swreg swremove swsign swverify update-nodes
    complete -c $name -f -a '(__swdist_complete)'
end
