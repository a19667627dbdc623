/**
 * The program that makes health checks. Constant: what belongs to a container are its arguments. For dash(1), with GNU's
 * timeout(1).
 *
 * All times are seconds; `COMMAND` is a check with its arguments, and `STOP` a command of `COUNT` words that ends the
 * container: systemd does not run its ExecStop= where a start has failed, or is ended before it is over.
 *
 * - `ready PAUSE TIMEOUT LIMIT COUNT STOP… COMMAND…`: waits until the check passes. For ExecStartPost=.
 * - `told COUNT STOP… COMMAND…`: waits until the engine says of its own check that it is `healthy`. For ExecStartPost=.
 * - `watch PAUSE TIMEOUT RETRIES COMMAND…`: goes on checking, and fails when so many have failed in a row.
 * - `renew UNIT`: restarts the container where `watch` has ended like that. For ExecStopPost=.
 */
export const healthProgram = `# Health checks of a container.

# Not echo, which would replace backslashes; not standard output, of which some services keep nothing. 5 is "notice".
say() {
  printf '<5>%s\\n' "$1" >&2
}

# Of its arguments the first $count are a command: runs it, and fails.
give_up() {
  left=$#
  while [ "$left" -gt 0 ]; do
    [ $(($# - left)) -ge "$count" ] || set -- "$@" "$1"
    shift
    left=$((left - 1))
  done
  # Again, where systemd's SIGTERM has ended that, too.
  [ "$#" -eq 0 ] || "$@" >/dev/null 2>&1 || "$@" >/dev/null 2>&1
  exit 1
}

# Of what a check says, in one line: the reason is at its end. Half a character is left out.
end_of() {
  tr '\\n' ' ' | tail -c 300 | LC_ALL=C sed '1s/^[\\o200-\\o277]*//'
}

# Runs the command behind those words.
passes() {
  shift "$count"
  # Around it, since the shell itself says "Killed".
  { said=$(timeout --kill-after=5 "$timeout" "$@" 2>&1 </dev/null); } 2>/dev/null
  status=$?
  [ "$status" -ne 0 ] || return 0
  # The second where it had to be ended by SIGKILL.
  case $status in 124 | 137) said="it took longer than $timeout seconds" ;; esac
  why="status $status"
  [ -z "$said" ] || why="$why: $(printf '%s' "$said" | end_of)"
  return 1
}

# While the container starts, systemd sends SIGTERM to all of it and waits: an init that does not listen would have long.
listen() {
  over=
  [ "$count" -eq 0 ] || trap 'over=1' TERM
}

# systemd waits for this program before it looks at the main process.
go_on() {
  [ -z "$over" ] || give_up "$@"
  if [ -n "$MAINPID" ] && [ ! -d "/proc/$MAINPID" ]; then
    say "it ended before it was healthy"
    exit 1
  fi
  sleep "$pause"
  [ -z "$over" ] || give_up "$@"
}

uptime() {
  IFS=. read -r up rest </proc/uptime
}

action=$1
shift
case $action in
ready)
  pause=$1 timeout=$2 limit=$3 count=$4
  shift 4
  listen
  uptime
  end=$((up + limit))
  until passes "$@"; do
    uptime
    if [ "$up" -ge "$end" ]; then
      say "not healthy $limit seconds after its start; the last check: $why"
      give_up "$@"
    fi
    go_on "$@"
  done
  ;;
told)
  pause=1 count=$1
  shift
  listen
  # Podman's warnings are on the other output.
  until said=$(shift "$count" && "$@" 2>/dev/null) && [ "$said" = healthy ]; do
    if [ -z "$over" ] && [ "$said" != starting ]; then
      [ -n "$said" ] || said=$(shift "$count" && "$@" 2>&1)
      [ -n "$said" ] || said="it has no health check"
      say "the engine does not call it healthy: $said"
      give_up "$@"
    fi
    go_on "$@"
  done
  ;;
watch)
  pause=$1 timeout=$2 retries=$3 count=0 failed=0
  shift 3
  while sleep "$pause"; do
    if passes "$@"; then
      [ "$failed" -eq 0 ] || say "healthy again"
      failed=0
    else
      failed=$((failed + 1))
      say "check failed, $failed of $retries: $why"
      [ "$failed" -lt "$retries" ] || exit 1
    fi
  done
  ;;
renew)
  [ "$SERVICE_RESULT" = exit-code ] || exit 0
  say "unhealthy: it is restarted"
  exec systemctl --no-block try-restart -- "$1"
  ;;
esac
`;
