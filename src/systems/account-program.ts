/**
 * The part of `activate` that makes declared accounts true inside: with the container's own tools, on files only.
 *
 * Three things are compared: what was declared before (remembered in /var/lib/stowage/accounts), what is there, and what is
 * declared now (`accounts.list`, see account-files.ts). Of a declared account everything is as declared; a password and a
 * membership are only set, or taken away, when the declaration changes. What is declared no longer loses its line, its
 * files stay; what the packages brought returns to what it was. What was made by hand stays.
 *
 * A number that would change, or that is somebody else's here, stops everything before anything was written, with
 * status 3: files on disk belong to numbers.
 */
export const accountProgram = String.raw`
accounts=$declared/accounts.list
[ -f "$accounts" ] || accounts=/dev/null
former=$state/accounts
[ -f "$former" ] || former=/dev/null

# The new text of $1 comes on stdin; mode and owner stay.
rewrite() {
  cp -p -- "$1" "$1.stowage-new"
  cat >"$1.stowage-new"
  mv -fT -- "$1.stowage-new" "$1"
}

# Writes the files of accounts as they are to be into the directory $1.
decide_accounts() {
  awk -F : -v OFS=: -v made="$1" '
    function refuse(text) { print text >"/dev/stderr"; bad = 1 }
    function has(list, word) { return index("," list ",", "," word ",") > 0 }
    function without(list, word,   at, count, words, rest) {
      count = split(list, words, ",")
      rest = ""
      for (at = 1; at <= count; at++) if (words[at] != word) rest = rest (rest == "" ? "" : ",") words[at]
      return rest
    }
    # Members of a group: those that are declared no longer go, those that are declared come, others stay.
    function members(group, list,   at, count, words, pair) {
      for (pair in old_member) {
        split(pair, words, SUBSEP)
        if (words[1] == group && !(pair in member)) list = without(list, words[2])
      }
      count = split(list, words, ",")
      for (at = 1; at <= count; at++) if (words[at] in gone) list = without(list, words[at])
      for (at = 1; at <= joins; at++)
        if (join_group[at] == group && !has(list, join_user[at])) list = list (list == "" ? "" : ",") join_user[at]
      return list
    }
    function with_group(text, name,   fields, count, at) {
      if (!(name in number_here)) return text
      count = split(text, fields, ":")
      fields[4] = number_here[name]
      text = fields[1]
      for (at = 2; at <= count; at++) text = text ":" fields[at]
      return text
    }
    function add_users(   at, name) {
      for (at = 1; at <= users; at++) {
        name = user[at]
        if (name in here) continue
        # The packages that bring it are about to be merged, or it was deleted here, and its number taken.
        if (name in packaged && uid[name] in owner) { missing[name]; continue }
        if (uid[name] in owner) refuse("number " uid[name] " of the declared user " name " belongs to " owner[uid[name]] " in /etc/passwd")
        print with_group(line[name], primary[name]) >(made "/passwd")
      }
    }
    function add_groups(   at, name) {
      for (at = 1; at <= groups; at++) {
        name = group[at]
        if (name in here_group) continue
        if (gid[name] in group_owner) refuse("number " gid[name] " of the declared group " name " belongs to " group_owner[gid[name]] " in /etc/group")
        print name, "x", gid[name], members(name, "") >(made "/group")
      }
    }
    FNR == 1 { part++; while (FILENAME != ARGV[part]) part++ }
    part == 1 && $1 == "passwd" { old_uid[$2] = $4 }
    part == 1 && $1 == "was" { old_was[$2] = substr($0, 5) }
    part == 1 && $1 == "wasgroup" { old_group[$2] = $3 }
    part == 1 && $1 == "password" { old_password[$2] = $3 }
    part == 1 && $1 == "group" { old_gid[$2] = $4 }
    part == 1 && $1 == "member" { old_member[$2, $3] }
    part == 2 && $1 == "passwd" { user[++users] = $2; uid[$2] = $4; line[$2] = substr($0, 8) }
    part == 2 && $1 == "was" { packaged[$2] }
    part == 2 && $1 == "primary" { primary[$2] = $3 }
    part == 2 && $1 == "password" { password[$2] = $3 }
    part == 2 && $1 == "group" { group[++groups] = $2; gid[$2] = $4 }
    part == 2 && $1 == "member" { member[$2, $3]; join_group[++joins] = $2; join_user[joins] = $3 }

    # Accounts of packages have the numbers that they have here.
    part == 3 { number_here[$1] = $3 }

    part == 4 {
      name = $1
      if (name in uid) {
        number = $3
        if (number != uid[name] && !(name in packaged)) refuse("user " name " has number " number " in /etc/passwd, and " uid[name] " is declared")
        here[name]
        $0 = with_group(line[name], primary[name])
        $3 = number
      } else if (name in old_was) {
        number = $3
        $0 = with_group(old_was[name], old_group[name])
        $3 = number
      } else if (name in old_uid && old_uid[name] == $3) { gone[name]; next }
      owner[$3] = name
      print >(made "/passwd")
    }
    part == 5 {
      name = $1
      seen_group[name]
      if (name in gid) {
        if ($3 != gid[name]) refuse("group " name " has number " $3 " in /etc/group, and " gid[name] " is declared")
        here_group[name]
      } else if (name in old_gid && old_gid[name] == $3) { gone_group[name]; next }
      group_owner[$3] = name
      $4 = members(name, $4)
      print >(made "/group")
    }
    part == 6 {
      name = $1
      if (name in gone) next
      here_shadow[name]
      if (name in password) { if (password[name] != old_password[name]) $2 = password[name] }
      else if (name in old_password && old_password[name] == $2) $2 = "*"
      print >(made "/shadow")
    }
    part == 7 {
      name = $1
      if (name in gone_group) next
      here_gshadow[name]
      $4 = members(name, $4)
      print >(made "/gshadow")
    }
    END {
      add_users()
      add_groups()
      for (at = 1; at <= users; at++)
        if (!(user[at] in here_shadow) && !(user[at] in missing)) print user[at], (user[at] in password ? password[user[at]] : "*"), "", "", "", "", "", "", "" >(made "/shadow")
      for (at = 1; at <= groups; at++)
        if (!(group[at] in here_gshadow)) print group[at], "!", "", members(group[at], "") >(made "/gshadow")
      for (at = 1; at <= joins; at++)
        if (!(join_group[at] in seen_group) && !(join_group[at] in gid))
          print "there is no group " join_group[at] " in /etc/group, of which " join_user[at] " is declared a member" >"/dev/stderr"
      exit bad ? 3 : 0
    }' "$former" "$accounts" "$etc/group" "$etc/passwd" "$etc/group" "$etc/shadow" "$etc/gshadow"
}

# Into a directory that only root may look into: hashes of passwords pass through it.
prepare_accounts() {
  rm -rf -- "$state/accounts.new"
  mkdir -m 0700 -- "$state/accounts.new"
  # Some systems have none, and grpunconv(8) takes one away.
  for file in shadow gshadow; do
    [ -e "$etc/$file" ] || (umask 077; : >"$etc/$file")
  done
  decide_accounts "$state/accounts.new" || exit $?
}

remember_accounts() {
  (umask 077; cat >"$state/accounts.stowage-new")
  mv -fT -- "$state/accounts.stowage-new" "$state/accounts"
}

apply_accounts() {
  # Both until all is done: after a crash in between each is still known as ours. But for passwords, or they would not be set.
  { cat -- "$former"; grep -v ^password: -- "$accounts" || :; } | sort -u | remember_accounts
  for file in gshadow group shadow passwd; do
    cmp -s -- "$state/accounts.new/$file" "$etc/$file" || rewrite "$etc/$file" <"$state/accounts.new/$file"
  done
  if [ -s "$accounts" ]; then remember_accounts <"$accounts"; else rm -f -- "$state/accounts"; fi
  rm -rf -- "$state/accounts.new"
}

# A link in the place of a home, or a file, was put there by somebody.
make_homes() {
  while IFS=: read -r kind mode user home; do
    [ "$kind" = home ] || continue
    home=$root$home
    if [ -L "$home" ] || { [ -e "$home" ] && [ ! -d "$home" ]; }; then
      echo "\${home#"$root"} is to be a home, and is no directory: it is left as it is" >&2
      continue
    fi
    # By the numbers here, which of an account of packages are not those of the list.
    owner=$(awk -F : -v name="$user" '$1 == name { print $3 ":" $4 }' "$etc/passwd")
    [ -n "$owner" ] || continue
    [ -d "$home" ] || mkdir -p -- "$home"
    chown -h -- "$owner" "$home"
    chmod -- "$mode" "$home"
  done <"$accounts"
}

has_accounts() { [ "$accounts" != /dev/null ] || [ "$former" != /dev/null ]; }
`.replaceAll("\\${", "${");
