# Bash completes the flags of cckm_exporter, as the program itself lists them.
# shellcheck shell=bash

_cckm_exporter() {
  local word=${COMP_WORDS[COMP_CWORD]} flags
  COMPREPLY=()
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    = | --*.file | --*.path) mapfile -t COMPREPLY < <(compgen -f -- "${word#=}") && return ;;
  esac
  flags=$("${COMP_WORDS[0]}" --help 2>/dev/null | grep -o -- '--[a-z][a-z.-]*' | sort -u)
  mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
}
complete -o filenames -F _cckm_exporter cckm_exporter
