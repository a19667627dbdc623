import { accountProgram } from "./account-program.ts";
import { mergeProgram } from "./merge-program.ts";

/**
 * The program `activate` of every toplevel: brings the container's root to what its packages and its declarations say. It runs inside the
 * container, confined like it, and is the same text for all: what is to be done stands in files beside it.
 *
 * - `etc/<path>`: /etc/<path> is a link to it, so that a new text needs no more than the swap of `current`.
 * - `copies/<path>` with a line `<mode> <user> <group> <path>` in `copies.list`: for programs that refuse links.
 *   What was copied is remembered in /var/lib/stowage/copies, or a copy that is no longer declared could not be removed.
 * - `accounts.list`: declared accounts, see account-program.ts.
 *
 * What the container made itself is never deleted: a file or a directory that stands in the way is renamed to
 * `<name>.before-stowage`, unless it is a file just as the packages brought it.
 */
export const activateProgram = `#!/bin/sh
# Made by stowage. Brings the root to what is declared; the same text in every container.
set -eu
umask 022
declared=\${STOWAGE_DECLARED:-/run/declared/current}
# Set only by tests: everywhere else these are the places of a container.
root=\${STOWAGE_ROOT:-}
seed=\${STOWAGE_SEED:-/run/seed}
list=\${STOWAGE_LIST:-/usr/lib/stowage/seed.list}
etc=$root/etc
state=$root/var/lib/stowage
links=$declared/etc

tab=$(printf '\\t')
present() { [ -e "$1" ] || [ -L "$1" ]; }

aside() {
  kept=$etc/$1.before-stowage
  number=1
  while present "$kept"; do
    number=$((number + 1))
    kept=$etc/$1.before-stowage.$number
  done
  mv -T -- "$etc/$1" "$kept"
  echo "/etc/$1 is declared: what was there is now /etc\${kept#"$etc"}" >&2
}

# The directories above a path; a file in the place of one is moved aside.
parents() {
  walked= left=$1
  while [ "\${left#*/}" != "$left" ]; do
    walked=\${walked:+$walked/}\${left%%/*}
    left=\${left#*/}
    [ -d "$etc/$walked" ] && continue
    if present "$etc/$walked"; then aside "$walked"; fi
    mkdir -- "$etc/$walked"
  done
}

# As the packages brought it. Kept beside, a program that reads all of a directory would go on reading it.
packaged() {
  if [ -L "$etc/$1" ]; then line="l$tab$(readlink -- "$etc/$1")$tab"
  elif [ -f "$etc/$1" ]; then line="f$tab$(sha256sum <"$etc/$1" | cut -c -64)$tab"
  else return 1; fi
  grep -qxF -- "\${line}etc/$1" "$list" 2>/dev/null
}

# An empty directory holds nothing of anyone's.
clear() {
  if [ -d "$etc/$1" ] && [ ! -L "$etc/$1" ] && rmdir -- "$etc/$1" 2>/dev/null; then return; fi
  if packaged "$1"; then rm -f -- "$etc/$1"; return; fi
  if present "$etc/$1"; then aside "$1"; fi
}

mkdir -p -- "$state"
touch -- "$state/copies"
${accountProgram}
# First, since it may refuse: nothing is changed then. Asked to "check", it only says whether it would.
if has_accounts; then prepare_accounts; fi
if [ "\${1:-}" = check ]; then exit 0; fi
${mergeProgram}
# Before the copies, which may belong to them.
if has_accounts; then
  apply_accounts
  make_homes
fi

# Links of ours whose file is not declared any more, or has become a directory.
# What is a link there, too, leads to a file that need not be here now.
find "$etc" -xdev -type l -lname "$links/*" ! -xtype f \\
  -exec sh -c 'for path do [ -L "$(readlink -- "$path")" ] || rm -f -- "$path"; done' sh {} +

while read -r mode user group path; do
  if [ ! -f "$declared/copies/$path" ] && [ ! -d "$etc/$path" ]; then rm -f -- "$etc/$path"; fi
done <"$state/copies"

find "$declared/etc/" ! -type d -printf '%P\\n' | while IFS= read -r path; do
  [ "$(readlink -- "$etc/$path" || :)" = "$links/$path" ] && continue
  parents "$path"
  clear "$path"
  ln -sT -- "$links/$path" "$etc/$path"
done

# Both lists until the copies are made: after a crash in between each is still known as ours.
cp -- "$state/copies" "$state/copies.former"
sort -u -- "$state/copies.former" "$declared/copies.list" >"$state/copies.new"
mv -T -- "$state/copies.new" "$state/copies"

while read -r mode user group path; do
  parents "$path"
  if [ ! -L "$etc/$path" ] && [ -f "$etc/$path" ]; then
    if cmp -s -- "$declared/copies/$path" "$etc/$path"; then
      chown -- "$user:$group" "$etc/$path"
      chmod -- "$mode" "$etc/$path"
      continue
    fi
    cut -d ' ' -f 4- -- "$state/copies.former" | grep -qxF -- "$path" || clear "$path"
  else
    clear "$path"
  fi
  install -T -m "$mode" -o "$user" -g "$group" -- "$declared/copies/$path" "$etc/$path.stowage-new"
  mv -fT -- "$etc/$path.stowage-new" "$etc/$path"
done <"$declared/copies.list"

cp -- "$declared/copies.list" "$state/copies.new"
mv -T -- "$state/copies.new" "$state/copies"
rm -f -- "$state/copies.former"
`;
