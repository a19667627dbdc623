/**
 * The program that makes one layer, run in private namespaces by `build.ts`. Constant: everything that differs is a
 * positional argument. The tree's own dpkg does the work, so that what comes out does not depend on the host's.
 *
 * Arguments: MODE WORK OUT BELOW DEBS EPOCH, then the file names of the packages below DEBS.
 * - `base`: from nothing. Every package is first unpacked by tar, because dpkg cannot run before it is there.
 * - `overlay`: on the store path BELOW. What dpkg writes to /usr lands in WORK/upper; OUT/usr is then made of hard links
 *   to BELOW for what stayed, and of fresh files for what changed. Files of BELOW are never written to.
 * - `copy`: the same on a whole copy, where overlayfs refuses the file system.
 * Exit status 77: overlayfs refuses; nothing was done yet. 78: dpkg failed; its words are in WORK/log.
 *
 * Each program may be killed at any time, by a kernel without memory: none stands where its failure is not seen.
 * What dpkg knows describes /usr and so lives in /usr/lib/stowage/dpkg; /var/lib/dpkg is a link to it.
 */
export const exitNoOverlay = 77;
export const exitDpkg = 78;

/** Below these nothing is unpacked: what a container without a person at it does not read. Licences stay. */
const unread = [
  "/usr/share/doc/*",
  "/usr/share/man/*",
  "/usr/share/info/*",
  "/usr/share/groff/*",
  "/usr/share/lintian/*",
  "/usr/share/linda/*",
  "/usr/share/bug/*",
  "/usr/share/doc-base/*",
  "/usr/share/bash-completion/*",
  "/usr/share/zsh/vendor-completions/*",
  "/usr/share/fish/vendor_completions.d/*",
  "/usr/share/locale/*",
];
const read = ["/usr/share/doc/*/copyright", "/usr/share/locale/locale.alias"];

const dpkgFilter = [...unread.map((p) => `--path-exclude=${p}`), ...read.map((p) => `--path-include=${p}`)];
const tarFilter = unread.map((p) => `--exclude=.${p}`);
const quoted = (args: readonly string[]) => args.map((arg) => `'${arg}'`).join(" ");

export const layerProgram = `
set -eu
mode=$1 work=$2 out=$3 below=$4 debs=$5 epoch=$6
shift 6
hostname localhost
umask 022
cd "$work"
root=$work/root
mkdir -p root

# Decompressing takes longest, and the base needs every package twice: so it is done once, by all processors. deb(5): the
# same members, stored; the length of one stands before it, and is known only afterwards.
member() { printf '%-16s%-12s%-6s%-6s%-8s%-10s\`\\n' "$1" 0 0 0 100644 "$2"; }
plain_one() {
  dpkg-deb --ctrl-tarfile "$debs/$1" >"plain/$1.control" || return 1
  control=$(stat -c %s "plain/$1.control")
  {
    printf '!<arch>\\n'
    member debian-binary 4
    printf '2.0\\n'
    member control.tar "$control"
    cat "plain/$1.control"
    member data.tar 0
    dpkg-deb --fsys-tarfile "$debs/$1" || return 1
  } >"plain/$1.part"
  before=$((8 + 60 + 4 + 60 + control))
  member data.tar $(($(stat -c %s "plain/$1.part") - before - 60)) |
    dd of="plain/$1.part" conv=notrunc oflag=seek_bytes seek="$before" status=none || return 1
  mv "plain/$1.part" "plain/$1"
}
plain() {
  mkdir plain
  workers=$(nproc) worker=0
  while [ "$worker" -lt "$workers" ]; do
    (
      number=0
      for deb; do
        [ $((number % workers)) -ne "$worker" ] || plain_one "$deb" || echo "$deb" >>broken
        number=$((number + 1))
      done
    ) &
    worker=$((worker + 1))
  done
  wait
  [ ! -e broken ]
  debs=$work/plain
}

make_base() {
  mkdir -p root/usr/bin root/usr/sbin root/usr/lib root/usr/lib64 root/var/lib
  for name in bin sbin lib lib64; do ln -s "usr/$name" "root/$name"; done
  dpkg=root/usr/lib/stowage/dpkg
  mkdir -p "$dpkg/info" "$dpkg/updates" "$dpkg/triggers"
  : >"$dpkg/status"
  : >"$dpkg/available"
  ln -s ../../usr/lib/stowage/dpkg root/var/lib/dpkg
  # Some packages make links here without asking whether the directory is there.
  for section in 1 2 3 4 5 6 7 8; do mkdir -p "root/usr/share/man/man$section"; done
  plain "$@"
  for deb; do
    dpkg-deb --fsys-tarfile "$debs/$deb" || echo "$deb" >>broken
  done | tar -C root -xpf - --ignore-zeros --keep-directory-symlink --numeric-owner --warning=no-timestamp ${quoted(tarFilter)}
  [ ! -e broken ]
}

on_overlay() {
  mkdir lower upper ovl root/usr
  mount --bind -o ro "$below/usr" lower
  layers=lowerdir=lower,upperdir=upper,workdir=ovl,index=off,metacopy=off,redirect_dir=off
  # What is not whole is thrown away, and what is whole is synced at the end, once: dpkg need not wait for the disk.
  mount -t overlay overlay -o "$layers,volatile" root/usr || mount -t overlay overlay -o "$layers" root/usr ||
    exit ${exitNoOverlay}
}

on_copy() {
  mkdir root/usr
  cp -a "$below/usr" "$out/usr"
  mount --bind "$out/usr" root/usr
}

seeded() {
  cp -a "$below/seed/." root/
  for name in bin sbin lib lib32 lib64 libx32; do
    if [ -d "root/usr/$name" ]; then ln -s "usr/$name" "root/$name"; fi
  done
}

case $mode in
  base) make_base "$@" ;;
  overlay) on_overlay; seeded ;;
  copy) on_copy; seeded ;;
esac

mkdir -p root/proc root/sys root/dev root/run root/tmp
mount -t proc proc root/proc
for name in run tmp dev; do mount -t tmpfs -o mode=0755 tmpfs "root/$name"; done
chmod 1777 root/tmp
for node in null zero full random urandom tty; do
  : >"root/dev/$node"
  mount --bind "/dev/$node" "root/dev/$node"
done
ln -s /proc/self/fd root/dev/fd
ln -s fd/0 root/dev/stdin
ln -s fd/1 root/dev/stdout
ln -s fd/2 root/dev/stderr
mkdir -p root/dev/shm root/run/stowage/debs root/run/lock
chmod 1777 root/dev/shm root/run/lock
mount --bind -o ro "$debs" root/run/stowage/debs

# No service is started while packages are put in, none is enabled by being there, and no database cluster is made:
# that is for the container to say.
printf '#!/bin/sh\\nexit 101\\n' >root/usr/sbin/policy-rc.d
chmod 0755 root/usr/sbin/policy-rc.d
mkdir -p root/etc/systemd/system-preset root/etc/postgresql-common
printf 'disable *\\n' >root/etc/systemd/system-preset/00-stowage.preset
if [ ! -e root/etc/postgresql-common/createcluster.conf ]; then
  printf 'create_main_cluster = false\\n' >root/etc/postgresql-common/createcluster.conf
fi

inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TZ=UTC0 LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH="$epoch" \\
    DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true SYSTEMD_OFFLINE=1 \\
    chroot "$root" "$@" </dev/null >>log 2>&1
}
dpkg() {
  inside dpkg --force-unsafe-io --force-confnew --no-debsig --abort-after=9999 --log=/run/stowage/dpkg.log \\
    ${quoted(dpkgFilter)} "$@" || {
    status=$?
    # Killed: what it left behind is not what it would have made.
    [ "$status" -lt 128 ] || exit ${exitDpkg}
    return "$status"
  }
}
configured() { grep -cx 'Status: install ok installed' root/usr/lib/stowage/dpkg/status || :; }
# Names on the command line are those that dpkg sees.
for deb; do
  shift
  set -- "$@" "/run/stowage/debs/$deb"
done
if [ "$mode" = base ]; then
  # Nothing is configured yet, so no pre-dependency holds; but every file is there already.
  dpkg --force-depends --unpack "$@" || exit ${exitDpkg}
  dpkg --configure -a || exit ${exitDpkg}
else
  # A package with pre-dependencies is refused until those are configured: then it is its turn in the next round.
  before=$(configured)
  until dpkg --skip-same-version --unpack "$@" && dpkg --configure -a; do
    dpkg --configure -a || :
    after=$(configured)
    [ "$after" -gt "$before" ] || exit ${exitDpkg}
    before=$after
  done
fi
audit=$(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" dpkg --audit)
[ -z "$audit" ] || { printf '%s\\n' "$audit" >>log; exit ${exitDpkg}; }
# What was enabled all the same is disabled. It looks at every unit there is, which takes long for a layer that has none.
if find root/etc/systemd/system -type l | grep -q .; then
  inside systemctl --root=/ preset-all --preset-mode=full
fi

rm -f root/usr/sbin/policy-rc.d
for level in root/etc/rc?.d; do
  [ ! -d "$level" ] || find "$level" -mindepth 1 -delete
done
[ -e root/usr/share/postgresql-common ] || rm -rf root/etc/postgresql-common
umount root/run root/tmp -l
for name in dev proc; do umount -l "root/$name"; done

[ "$mode" = overlay ] || exit 0
export LC_ALL=C
cp -al "$below/usr" "$out/usr"
# Gone in the merged view: removed by dpkg, or hidden below a directory that was made anew.
(cd "$out/usr" && find . -mindepth 1 -print0) >before.found
(cd root/usr && find . -mindepth 1 -print0) >after.found
sort -z -o before before.found
sort -z -o after after.found
comm -z -23 before after >gone
(cd "$out/usr" && xargs -0r rm -rf --) <gone
# What dpkg wrote, without the marks of what it removed (character devices 0:0). The old names go first: nothing may be
# written through a name whose file belongs to the layer below too. Read through the merged view, which hides overlayfs's own marks.
(cd upper && find . -mindepth 1 ! -type c -print0) >changed
(cd upper && find . -mindepth 1 ! -type c ! -type d -print0) >files
(cd "$out/usr" && xargs -0r rm -rf --) <files
(cd upper && find . -mindepth 1 -type d -print0) >directories
(cd "$out/usr" && xargs -0r sh -c 'for d; do [ -d "$d" ] && [ ! -L "$d" ] || rm -f -- "$d"; done' sh) <directories
{
  tar -C root/usr --no-recursion --null --verbatim-files-from -T changed --numeric-owner --format=posix \\
    --xattrs '--xattrs-include=*' --acls -cf - || echo tar >>broken
} | tar -C "$out/usr" -xpf - --numeric-owner --xattrs '--xattrs-include=*' --acls --warning=no-timestamp
[ ! -e broken ]
`;
