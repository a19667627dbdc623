#!/bin/sh
":" /*
# The first lines of the built command: sh reads them, and for Node they are a comment (tools/build.mjs).
# The switch lock (src/store/lock.ts) of a plain change is taken here, so that of many that begin at once the others wait for
# nobody's start of Node. The descriptor goes on to Node, which knows what it holds, gives it to no program that it starts,
# and frees it. Where anything is unclear here, it is Node's turn to take the lock.
case "$#/$1/$2" in
1/switch/ | 1/boot/ | 1/test/ | 1/rollback/ | 1/gc/ | 3/switch/-c | 3/boot/-c | 3/test/-c)
  lock=/run/stowage/lock
  gate=/run/stowage/gate
  [ -d /run/stowage ] || [ ! -w /run ] || mkdir -m 755 /run/stowage 2>/dev/null
  umask 077 # Node sets its own.
  if [ ! -t 2 ] && [ -w /run/stowage ] && command exec 9>>$lock; then
    flock -n -E 75 9
    case $? in
    0) echo "$$ $1" >$gate ;;
    75)
      # Who has just taken it writes its name next; one that is Node already has written it elsewhere.
      for _ in 1 2 3 4 5 6 7 8 9 10; do
        pid= && { read -r pid verb <$gate; } 2>/dev/null
        if [ -n "$pid" ] && [ "/proc/$pid/fd/9" -ef $lock ]; then
          echo "error[busy]: process $pid ($verb) is changing this machine, since $(date -r $gate '+%Y-%m-%d %H:%M:%S')
  it holds $lock; \`journalctl -t stowage\` shows what it has done
  try again when it is done, or wait for it: stowage $1 --wait" >&2
          exit 75
        fi
        pid= && { read -r pid verb <$lock; } 2>/dev/null
        [ -n "$pid" ] && [ -d "/proc/$pid" ] && break
        sleep 0.05
      done
      exec 9>&-
      ;;
    *) exec 9>&- ;;
    esac
  fi
  ;;
esac
exec node "$0" "$@"
*/
