#!/bin/sh
":" /*
# The first lines of the built command: sh reads them, and for Node they are a comment (tools/build.mjs).
# Of many changes that begin at once only one gets past here, so that the others wait for nobody's start of Node. Which one
# may change the machine is decided by the switch lock alone (src/store/lock.ts): where anything is unclear here, it is
# Node's turn. The descriptor goes on to Node, which gives it to no program that it starts, and ends with it.
case "$#/$1/$2" in
1/switch/ | 1/boot/ | 1/test/ | 1/rollback/ | 1/gc/ | 3/switch/-c | 3/boot/-c | 3/test/-c)
  gate=/run/stowage/gate
  [ -d /run/stowage ] || [ ! -w /run ] || mkdir -m 755 /run/stowage 2>/dev/null
  umask 077 # Node sets its own.
  if [ ! -t 2 ] && [ -w /run/stowage ] && command exec 9>>$gate; then
    flock -n -E 75 9
    case $? in
    0) echo "$$ $1 $(date '+%Y-%m-%d %H:%M:%S')" >$gate ;;
    75)
      # Who has just taken it writes its name next.
      for _ in 1 2 3 4 5 6 7 8 9 10; do
        pid= && read -r pid verb since <$gate
        if [ -n "$pid" ] && [ "/proc/$pid/fd/9" -ef $gate ]; then
          echo "error[busy]: process $pid ($verb) is changing this machine, since $since
  it holds $gate; \`journalctl -t stowage\` shows what it has done
  try again when it is done, or wait for it: stowage $1 --wait" >&2
          exit 75
        fi
        sleep 0.05
      done
      ;;
    esac
  fi
  ;;
esac
exec node "$0" "$@"
*/
