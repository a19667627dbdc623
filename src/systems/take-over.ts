import { switchProgram } from "./switch-program.ts";

/**
 * The program `take-over` of every toplevel: makes a running container have what is declared now, in place. It runs
 * inside, under the container's own systemd, and is the same text for all: what is to be done stands in the order, a file
 * beside the toplevel that the host writes (`order.ts`).
 *
 *     take-over INVOCATION stop   what must end with its old definition is stopped; before `current` is turned
 *     take-over INVOCATION        the rest, and what the former did not come to
 *     take-over inside [CHILD]    a further system in place of what the host declares, or that again (`switch-program.ts`)
 *
 * It may be cut short anywhere and is then run again. Until the container stops, `/run/stowage` remembers:
 *
 * - `taken`: the toplevel that was taken over last; none: the one that the container was started with;
 * - `up`: units that were stopped or are to be changed, and ran;
 * - `todo`: `<verb> <unit>`, jobs that are not done, or failed: they are tried again the next time.
 *
 * Statuses: 1 some units are not as they should be, all else is; 3 it takes a restart; others: something broke.
 */
export const takeOverProgram = String.raw`#!/bin/sh
# Made by stowage. Takes over what is declared now; the same text in every container.
set -euf
umask 022
declared=\${STOWAGE_DECLARED:-/run/declared}
state=\${STOWAGE_STATE:-/run/stowage}
# Set only by tests: everywhere else these are the places of a container.
root=\${STOWAGE_ROOT:-}
order=$declared/order-$1
phase=\${2:-all}
here=$(cd -- "$(dirname -- "$0")" && pwd -P)
target=\${here##*/}

# Units of the order with one of these verbs, a template as its instances that systemd knows.
units() {
  awk -v verbs=" $1 " 'index(verbs, " " $1 " ") { print $2 }' "$order" | while read -r unit; do
    case $unit in
      *@.*) systemctl list-units --all --full --plain --no-legend -- "\${unit%%@.*}@*.\${unit##*@.}" | awk '{ print $1 }' ;;
      *) printf '%s\n' "$unit" ;;
    esac
  done | sort -u
}

# Of the units on stdin those that run, or are meant to.
running() {
  names=$(sort -u)
  [ -n "$names" ] || return 0
  systemctl is-active -- $names >"$state/states" || :
  printf '%s\n' $names | paste - "$state/states" | awk '$2 ~ /^(active|activating|reloading|failed)$/ { print $1 }'
}

put() {
  cat >"$state/$1.new"
  mv -T -- "$state/$1.new" "$state/$1"
}

# What stops with the units on stdin, because it needs them; and those units themselves.
with_dependents() {
  sort -u >"$state/known"
  while :; do
    # A name with a backslash is printed in quotes.
    systemctl show --property=RequiredBy --property=BoundBy --property=ConsistsOf --value -- $(cat "$state/known") |
      tr ' ' '\n' | sed '/^$/d; /^"/ { s/^"\(.*\)"$/\1/; s/\\\\/\\/g }' | sort -u -- - "$state/known" >"$state/more"
    if cmp -s "$state/known" "$state/more"; then break; fi
    mv -T -- "$state/more" "$state/known"
  done
  cat "$state/known"
}

stop_old() {
  old=$(units "stop exchange" | running)
  {
    units "exchange restart reload"
    [ -z "$old" ] || printf '%s\n' $old | with_dependents
  } | running | sort -u -- - "$state/up" | put up
  [ -z "$old" ] || systemctl stop -- $old
}

# Of the units on stdin those that may not be started by name: what needs them starts them.
refusing() {
  names=$(cat)
  [ -n "$names" ] || return 0
  systemctl show --property=RefuseManualStart -- $names | sed '/^$/d' >"$state/states"
  printf '%s\n' $names | paste - "$state/states" | awk '$2 == "RefuseManualStart=yes" { print $1 }'
}

# With the new definitions loaded, and before anything is started: which jobs there are.
list_jobs() {
  awk -v gone="$state/gone" 'BEGIN { while ((getline unit <gone) > 0) left[unit] } !($2 in left)' "$state/todo"
  units "restart" | sort >"$state/restarted"
  units "reload" | sort >"$state/reloaded"
  units "run" | sed 's/^/run /'
  refusing <"$state/up" >"$state/refused"
  while read -r unit; do
    if grep -qxF -- "$unit" "$state/gone"; then continue; fi
    verb=start
    if grep -qxF -- "$unit" "$state/restarted"; then verb=restart; fi
    if grep -qxF -- "$unit" "$state/reloaded" && systemctl is-active --quiet -- "$unit"; then verb=reload; fi
    if [ "$verb" != reload ] && grep -qxF -- "$unit" "$state/refused"; then continue; fi
    printf '%s %s\n' "$verb" "$unit"
  done <"$state/up"
  awk '$1 == "start" { $1 = ""; print }' "$order" | while read -r unit by; do
    if systemctl is-active -- $by | grep -qxE 'active|reloading'; then printf 'start %s\n' "$unit"; fi
  done
}

# What the toplevel declares, to /etc and to systemd; its jobs are listed.
bring() {
  "$1/activate"
  name=$(cat "$root/etc/hostname" 2>/dev/null) || name=
  [ -z "$name" ] || [ "$name" = "$(uname -n)" ] || hostname -- "$name"
  systemctl daemon-reload
  units "stop" >"$state/gone"
  # One that had failed would be told of for ever. Without a name all would be forgotten.
  [ ! -s "$state/gone" ] || systemctl reset-failed -- $(cat "$state/gone") 2>/dev/null || :
  list_jobs | sort -u | put todo
}

take() {
  stop_old
  bring "$here"
  printf '%s\n' "$target" | put taken
  : | put up
}

# Of the units in the arguments those that a job with this verb has not made right.
not_right() {
  verb=$1 ended=$2
  shift 2
  systemctl show --property=LoadState,ActiveState,SubState,Result,ReloadResult -- "$@" |
    names=$* awk -v RS= -v verb="$verb" -v ended="$ended" '
      # Not by -v, which takes a backslash for the beginning of an escape.
      BEGIN { split(ENVIRON["names"], name, " ") }
      { delete value
        for (i = 1; i <= NF; i++) { at = index($i, "="); value[substr($i, 1, at - 1)] = substr($i, at + 1) }
        state = value["ActiveState"]
        went_wrong = value["Result"] != "" && value["Result"] != "success"
        bad = value["LoadState"] != "loaded" || state == "failed"
        # One that ends well and is started again and again is as its unit says.
        bad = bad || (went_wrong && (state == "inactive" || value["SubState"] ~ /^auto-restart/))
        bad = bad || (verb == "reload" && value["ReloadResult"] != "" && value["ReloadResult"] != "success")
        idle[NR] = state == "inactive"
        if (bad) { found++; print verb, name[NR] } }
      END {
        # The job failed, and no unit did: one that it needs has.
        if (ended != 0 && !found) for (i = 1; i <= NR; i++) if (idle[i] || verb == "reload") print verb, name[i]
      }'
}

run_jobs() {
  began=$(date +%s)
  : >"$state/left"
  # A socket cannot be started beside the service that it starts: it comes first.
  for group in run reload restart sockets start; do
    some=$(awk -v group="$group" '{ of = $1 } of == "start" && $2 ~ /\.socket$/ { of = "sockets" } of == group { print $2 }' "$state/todo")
    [ -n "$some" ] || continue
    case $group in run | sockets) job=start ;; *) job=$group ;; esac
    ended=0
    # A person who changes something often does not make a service that is started too often.
    [ "$job" = reload ] || systemctl reset-failed -- $some 2>/dev/null || :
    systemctl "$job" -- $some 2>>"$state/said" || ended=$?
    # A service of Type=simple counts as started before it has had time to fail.
    case $group in restart | start) sleep 0.2 ;; esac
    case $group in sockets) verb=start ;; *) verb=$group ;; esac
    not_right "$verb" "$ended" $some >>"$state/left"
  done
  put todo <"$state/left"
  [ -s "$state/todo" ] || return 0
  cat "$state/said" >&2
  while read -r verb unit; do
    printf '%s: %s failed; its last lines:\n' "$unit" "$verb" >&2
    journalctl --quiet --no-pager --output=cat --lines=10 --since="@$began" --unit="$unit" >&2 || :
  done <"$state/todo"
  return 1
}
${switchProgram}
if [ "\${0##*/}" = switch-to-configuration ]; then from_inside "$@"; fi
mkdir -p -- "$state"
touch -- "$state/up" "$state/todo"
: >"$state/said"
if [ "$1" = inside ]; then
  fine_tune "\${2:-}"
  : | put up
  run_jobs
  exit
fi
if [ ! -f "$order" ]; then
  [ "$phase" = all ] || exit 0
  leave
  exec "$here/activate"
fi
why=$(sed -n 's/^refuse //p' "$order")
if [ -n "$why" ]; then
  echo "this takes a restart of the container: $why" >&2
  exit 3
fi
# It may refuse accounts: before anything is stopped.
if [ -f "$here/accounts.list" ] || [ -f "$root/var/lib/stowage/accounts" ]; then
  STOWAGE_DECLARED=$here "$here/activate" check
fi
leave
if [ "$phase" = stop ]; then
  stop_old
  exit 0
fi
if [ "$(cat "$state/taken" 2>/dev/null || :)" = "$target" ] && [ ! -s "$state/up" ]; then
  "$here/activate"
else
  take
fi
run_jobs
`.replaceAll("\\${", "${");
