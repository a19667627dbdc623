/**
 * The part of the program `take-over` by which a container's root takes over a further system of it (`specialisation`) from
 * within, by `bin/switch-to-configuration`, a link to the same program.
 *
 * `current` is the host's to turn, so the further system is laid over it by a mount: links in /etc, units and scripts are
 * what they were, and lead there. What the host declares stays at `/run/stowage/declared`. The mount ends with the
 * container, and with the next take-over that the host asks for. In `/run/stowage`:
 *
 * - `specialisation`: the further system that is laid over, and the directory that it hides;
 * - `back`: the order that undoes it.
 */
export const switchProgram = String.raw`
usage() {
  echo "switch-to-configuration test|switch|boot|dry-activate" >&2
  exit 2
}

# Called by that name: this system is to be taken over, by the container's systemd, one at a time.
from_inside() {
  own=$(cd -- "$(dirname -- "$0")/.." && pwd -P)
  child=
  case \${own%/*} in */fine-tune) child=\${own##*/} ;; esac
  case \${1:-} in
    test) ;;
    switch | boot)
      if [ -n "$child" ]; then
        echo "what a container starts with is for its host to say; \"test\" takes this system over until then" >&2
        exit 1
      fi
      [ "$1" = switch ] || exit 0 ;;
    dry-activate)
      asked=\${own%/*}/$child.order
      [ -n "$child" ] || asked=$state/back
      [ ! -f "$asked" ] || awk '
        $1 == "refuse" { print "this cannot be taken over in place:" substr($0, 7) }
        # A start that would replace one of that name has both lines.
        $1 ~ /^(stop|exchange|run|restart|reload|start)$/ { verb[$2] = $1 == "exchange" ? "restart" : $1 }
        END { for (unit in verb) print "would " verb[unit], unit }' "$asked" | sort
      exit 0 ;;
    *) usage ;;
  esac
  exec systemd-run --quiet --pipe --wait --collect --unit=stowage-take-over.service --service-type=oneshot -- \
    "$declared/current/take-over" inside "$child"
}

# Where what the host declares is seen while a further system is laid over it.
base=$state/declared

# Back to what the host declares. What that cannot start is tried again with the rest.
leave() {
  [ -s "$state/specialisation" ] || return 0
  asked=$order
  order=$state/back
  stop_old
  uncover "$(cut -d ' ' -f 2- -- "$state/specialisation")"
  bring "$declared/current"
  rm -f -- "$state/specialisation"
  : | put up
  run_jobs || :
  order=$asked
}

uncover() {
  mountpoint -q -- "$base" || return 0
  # A script of a running service is read from it.
  if [ ! "$1" -ef "$base" ]; then umount -l -- "$1"; fi
  umount -l -- "$base"
}

fine_tune() {
  if [ -z "$1" ]; then
    leave
    "$declared/current/activate"
    return 0
  fi
  order=$declared/current/fine-tune/$1.order
  why=$(sed -n 's/^refuse //p' "$order")
  if [ -n "$why" ]; then
    echo "this cannot be taken over in place: $why" >&2
    exit 3
  fi
  new=$declared/current/fine-tune/$1
  # It may refuse accounts: before anything is stopped.
  if [ -f "$new/accounts.list" ] || [ -f "$root/var/lib/stowage/accounts" ]; then
    STOWAGE_DECLARED=$new "$new/activate" check
  fi
  # The directory that the link leads to, whatever is laid over it.
  top=$(cd -- "$declared/current" && pwd -P)
  if [ "$top" -ef "$base/fine-tune/$1" ] && [ ! -s "$state/up" ]; then
    "$declared/current/activate"
    return 0
  fi
  leave
  order=$declared/current/fine-tune/$1.order
  stop_old
  put back <"$declared/current/fine-tune/$1.back"
  printf '%s %s\n' "$1" "$top" | put specialisation
  cover "$declared/current/fine-tune/$1"
  order=$base/fine-tune/$1.order
  bring "$declared/current"
}

cover() {
  mkdir -p -- "$base"
  mount --bind -- "$top" "$base"
  # Else it would be covered along with what it is a second view of.
  mount --make-private -- "$base"
  mount --bind -- "$1" "$top"
}
`;
