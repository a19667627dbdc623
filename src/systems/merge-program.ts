/**
 * The part of `activate` that brings what new packages have in /etc, /var, … and their accounts to a root that was
 * seeded from others. By dpkg's rules, so that nothing of the container's own is lost:
 *
 * - below /etc, compared with what the former packages had (remembered in /var/lib/stowage/seed.list): unchanged here →
 *   replaced or removed with the packages; changed here → kept, and the packages' own laid beside it as `.dpkg-dist`;
 *   deleted here → stays deleted;
 * - elsewhere only what is missing is added;
 * - accounts are added by name. Where that would give an account another number, or take one that is in use, nothing
 *   at all is changed and the status is 3: files on disk belong to numbers.
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

# Lines of the file $1 of accounts that are missing here; field 3 is the number.
missing_accounts() {
  awk -F : -v file="$1" '
    FILENAME == ARGV[1] { number[$1] = $3; owner[$3] = $1; next }
    $1 in number && number[$1] == $3 { next }
    $1 in number { print "account " $1 " has number " number[$1] " in /etc/" file ", and " $3 " in the new packages" >"/dev/stderr"; bad = 1; next }
    $3 in owner { print "number " $3 " of " $1 " in the new packages belongs to " owner[$3] " in /etc/" file >"/dev/stderr"; bad = 1; next }
    { print }
    END { exit bad ? 3 : 0 }' "$etc/$1" "$seed/etc/$1"
}

merge_accounts() {
  for file in passwd group; do missing_accounts "$file" >"$work/$file" || exit 3; done
  for file in passwd group; do
    hidden=shadow
    [ "$file" = passwd ] || hidden=gshadow
    [ -s "$work/$file" ] || continue
    cut -d : -f 1 "$work/$file" >"$work/names"
    if [ -f "$etc/$hidden" ] && [ -f "$seed/etc/$hidden" ]; then
      { cat "$etc/$hidden"; awk -F : 'FILENAME == ARGV[1] { wanted[$1]; next } $1 in wanted' "$work/names" "$seed/etc/$hidden"; } >"$work/hidden"
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
        mkdir -- "$root/$path"
        chown --reference="$seed/$path" -- "$root/$path"
        chmod --reference="$seed/$path" -- "$root/$path"
        ;;
      copy)
        [ -d "$root/\${path%/*}" ] || continue
        cp -aT --remove-destination -- "$seed/$path" "$root/$path.stowage-new"
        mv -fT -- "$root/$path.stowage-new" "$root/$path"
        ;;
      beside)
        cp -aT --remove-destination -- "$seed/$path" "$root/$path.dpkg-dist"
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
