/**
 * The part of `activate` that brings what new packages have in /etc, /var, … and their accounts to a root that was
 * seeded from others. By dpkg's rules, so that nothing of the container's own is lost:
 *
 * - below /etc, compared with what the former packages had (remembered in /var/lib/stowage/seed.list): unchanged here →
 *   replaced or removed with the packages; changed here → kept, and the packages' own laid beside it as `.dpkg-dist`;
 *   deleted here → stays deleted;
 * - elsewhere only what is missing is added;
 * - accounts are added by name. One that is here keeps its number, since files on disk belong to it, and one whose number is
 *   taken here gets another; what the packages bring below /etc and /var is given to them by name. Only where something in
 *   /usr, which containers share, belongs to such an account nothing at all is changed, and the status is 3.
 *
 * `rewrite` and the like are from account-program.ts. Works on files only, with the container's own tools, inside the container.
 */
export const mergeProgram = String.raw`
# Of the paths on stdin what they are here, in the form of seed.list: kind, hash or target, path.
survey() {
  : >"$work/files"
  while IFS= read -r path; do
    if [ -L "$root/$path" ]; then printf 'l\t%s\t%s\n' "$(readlink -- "$root/$path")" "$path"
    elif [ -d "$root/$path" ]; then printf 'd\t-\t%s\n' "$path"
    elif [ -f "$root/$path" ]; then printf '%s\n' "$path" >>"$work/files"
    fi
  done
  (cd "$root/" && xargs -d '\n' -r sha256sum -- <"$work/files") | sed 's/^\([0-9a-f]*\)  /f\t\1\t/'
}

# What to do with each path, from the three lists: former packages, here, new packages.
decide() {
  awk -F '\t' -v ours="$links/" '
    FILENAME == ARGV[1] { base[$3] = $1 FS $2; next }
    FILENAME == ARGV[2] { here[$3] = $1 FS $2; next }
    { fresh[$3] = $1 FS $2; order[++count] = $3 }
    function isdir(what) { return what ~ /^d/ }
    function declared(path) { return index(here[path], "l" FS ours) == 1 }
    function conf(path) { return path ~ /^etc\// && path !~ /^etc\/(passwd|group|shadow|gshadow)$/ }
    END {
      for (i = 1; i <= count; i++) {
        path = order[i]
        if (!(path in here)) { if (!(path in base)) print (isdir(fresh[path]) ? "mkdir" : "copy") FS path }
        else if (!conf(path) || here[path] == fresh[path] || declared(path)) continue
        else if (isdir(here[path]) || isdir(fresh[path])) { if (!isdir(fresh[path])) print "beside" FS path }
        else if (here[path] == base[path] || path == "etc/ld.so.cache") print "copy" FS path
        else if (base[path] != fresh[path]) print "beside" FS path
      }
      for (path in base)
        if (conf(path) && !(path in fresh) && here[path] == base[path])
          print (isdir(base[path]) ? "rmdir" : "remove") FS path | "sort -r -k 2"
    }' "$state/seed.list" "$work/here" "$list"
}

# Lines of the file $1 of accounts that are missing here, with the numbers that they get here. An account that is here keeps
# its number; a new one whose number is taken here gets a free one, as adduser would give it. "moved-$1" has of both the
# number there, that here, and the name.
missing_accounts() {
  awk -F : -v OFS=: -v file="$1" -v moved="$work/moved-$1" '
    function free(   number) {
      for (number = 999; number >= 100; number--)
        # Those between are given to declared accounts.
        if ((number > 899 || number < 500) && !(number in used)) return number
      print "no number is free for " $1 " in /etc/" file >"/dev/stderr"
      exit bad = 3
    }
    FNR == 1 { part++; while (FILENAME != ARGV[part]) part++ }
    part == 1 { group[$1] = $2; next }
    part == 2 { number[$1] = $3; used[$3]; taken[$3]; next }
    part == 3 { used[$3]; next }
    $1 in number {
      if (number[$1] == $3) next
      if (number[$1] > 999 && $3 < 1000) {
        print $1 " is an account of the new packages, and in /etc/" file " another one, with the number " number[$1] >"/dev/stderr"
        exit bad = 3
      }
      print $3, number[$1], $1 >moved
      next
    }
    {
      if ($3 in taken) { fresh = free(); print $3, fresh, $1 >moved; used[fresh]; $3 = fresh }
      if (file == "passwd" && $4 in group) $4 = group[$4]
      print
    }
    END { exit bad + 0 }' "$2" "$etc/$1" "$seed/etc/$1" "$seed/etc/$1"
}

# What belongs to an account in /usr does so by number, for all containers of these packages.
check_usr() {
  usr=\${list%/lib/stowage/seed.list}
  for file in passwd group; do
    kind=-uid
    [ "$file" = passwd ] || kind=-gid
    while IFS=: read -r there here name; do
      found=$(find "$usr" -xdev "$kind" "$there" -print -quit)
      [ -n "$found" ] || continue
      echo "$name has number $here in /etc/$file, and in the new packages $there, by which $found belongs to it" >&2
      exit 3
    done <"$work/moved-$file"
  done
}

# The number here of $2 in the new packages; $1 is passwd or group.
number_here() {
  awk -F : -v there="$2" '$1 == there { here = $2 } END { print here == "" ? there : here }' "$work/moved-$1"
}

# Gives $1 the owner that $2 of the packages has, by its number here.
own() {
  [ -s "$work/moved-passwd" ] || [ -s "$work/moved-group" ] || return 0
  set -- "$1" "$seed/$2" $(stat -c '%u %g' -- "$seed/$2")
  chown -h -- "$(number_here passwd "$3"):$(number_here group "$4")" "$1"
  # chown takes setuid away.
  [ -L "$1" ] || chmod --reference="$2" -- "$1"
}

merge_accounts() {
  : >"$work/moved-passwd"
  : >"$work/moved-group"
  missing_accounts group /dev/null >"$work/group" || exit 3
  missing_accounts passwd "$work/moved-group" >"$work/passwd" || exit 3
  check_usr
  for file in passwd group; do
    hidden=shadow
    [ "$file" = passwd ] || hidden=gshadow
    [ -s "$work/$file" ] || continue
    cut -d : -f 1 "$work/$file" >"$work/names"
    if [ -f "$etc/$hidden" ] && [ -f "$seed/etc/$hidden" ]; then
      # Some are here already after a run that was cut off.
      {
        cat "$etc/$hidden"
        awk -F : '
          FILENAME == ARGV[1] { wanted[$1]; next }
          FILENAME == ARGV[2] { delete wanted[$1]; next }
          $1 in wanted' "$work/names" "$etc/$hidden" "$seed/etc/$hidden"
      } >"$work/hidden"
      rewrite "$etc/$hidden" <"$work/hidden"
    fi
    cat "$etc/$file" "$work/$file" >"$work/all"
    rewrite "$etc/$file" <"$work/all"
  done
  # Members that the packages' groups have and the same groups here have not.
  awk -F : -v OFS=: '
    FILENAME == ARGV[1] { members[$1] = $4; next }
    { count = split(members[$1], wanted, ",")
      for (i = 1; i <= count; i++) if (index("," $4 ",", "," wanted[i] ",") == 0) $4 = $4 ($4 == "" ? "" : ",") wanted[i]
      print }' "$seed/etc/group" "$etc/group" >"$work/all"
  cmp -s "$work/all" "$etc/group" || rewrite "$etc/group" <"$work/all"
  # What was declared and comes with packages now does not go when it is declared no longer.
  if [ "$former" != /dev/null ]; then
    awk -F : '
      FILENAME == ARGV[1] { user[$1]; next }
      FILENAME == ARGV[2] { group[$1]; next }
      !($1 == "passwd" && $2 in user) && !($1 == "group" && $2 in group)' \
      "$seed/etc/passwd" "$seed/etc/group" "$former" | remember_accounts
  fi
}

merge_seed() {
  work=$state/merge
  rm -rf -- "$work"
  mkdir -- "$work"
  [ -f "$state/seed.list" ] || : >"$state/seed.list"
  merge_accounts
  cut -f 3- "$state/seed.list" "$list" | sort -u | survey >"$work/here"
  decide >"$work/todo"
  while IFS="$tab" read -r what path; do
    case $what in
      mkdir)
        # Where it would be was deleted here, or is something else.
        [ -d "$(dirname -- "$root/$path")" ] || continue
        mkdir -- "$root/$path"
        chown --reference="$seed/$path" -- "$root/$path"
        chmod --reference="$seed/$path" -- "$root/$path"
        own "$root/$path" "$path"
        ;;
      copy)
        [ -d "$root/\${path%/*}" ] || continue
        cp -aT --remove-destination -- "$seed/$path" "$root/$path.stowage-new"
        own "$root/$path.stowage-new" "$path"
        mv -fT -- "$root/$path.stowage-new" "$root/$path"
        ;;
      beside)
        cp -aT --remove-destination -- "$seed/$path" "$root/$path.dpkg-dist"
        own "$root/$path.dpkg-dist" "$path"
        echo "/$path was changed here and is kept; the packages' own is /$path.dpkg-dist" >&2
        ;;
      remove) rm -f -- "$root/$path" ;;
      rmdir) rmdir -- "$root/$path" 2>/dev/null || : ;;
    esac
  done <"$work/todo"
  # Last: after a crash before this, all of it is done again, and what is done already is left alone.
  cp -- "$list" "$state/seed.list.new"
  mv -fT -- "$state/seed.list.new" "$state/seed.list"
  rm -rf -- "$work"
}

if [ -d "$seed" ] && [ -f "$list" ] && ! cmp -s "$list" "$state/seed.list"; then
  merge_seed
  if has_accounts; then prepare_accounts; fi
fi
`.replaceAll("\\${", "${");
