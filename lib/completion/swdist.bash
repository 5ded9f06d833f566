# Completion of the swdist commands for bash: `source` this file, or put it into /etc/bash_completion.d.
# The commands themselves know what can follow; see src/cli/complete.ts.

_swdist() {
  local line=${COMP_LINE:0:COMP_POINT} words reply proposal word current kept
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=${words[${#words[@]} - 1]}
  # Readline replaces only what stands behind the last of these.
  kept=${current%"${current##*[=:@]}"}
  COMPREPLY=()
  mapfile -t reply < <("${words[0]}" --complete "${words[@]:1}" 2>/dev/null)
  for proposal in "${reply[@]}"; do
    if [[ $proposal == :files ]]; then
      compopt -o filenames
      mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${current##*[=:@]}")
      continue
    fi
    word=${proposal%%$'\t'*}
    [[ $word == *= ]] && compopt -o nospace
    COMPREPLY+=("${word#"$kept"}")
  done
}
complete -F _swdist apply-patch check_patches cleanup exec-nodes gen-node-list hotpatch hotpatch-mk hotpatchd \
  mk-gated-patch platform-check platform-upgrade scan-all sd show_patches swacl swagentd swask swconfig swcopy \
  swinstall swjob swlist swmodify swpackage swreg swremove swsign swverify update-nodes
