# Makes /srv/nix, from which system.nix builds: once on each lab host, of the lab host's own system.
set -eu
mkdir -p /etc/nix /srv/nix/debian /srv/nix/shell
printf '%s\n' 'build-users-group =' 'sandbox = false' 'substituters =' >/etc/nix/nix.conf
cp /usr/bin/busybox /srv/nix/shell/
cd /srv/nix/debian
cp -a /usr /etc .
# As little as boots: Nix looks at every file again and again.
rm -rf usr/local usr/bin/nix* usr/bin/*perl* usr/lib/udev usr/lib/*-linux-gnu/gconv usr/lib/*-linux-gnu/*perl*
find usr/share -mindepth 1 -maxdepth 1 ! -name 'dbus-1' -exec rm -rf {} +
# Of the lab, and nothing for a container in it.
rm -rf etc/stowage etc/nix etc/machine-id etc/hostname etc/hosts etc/resolv.conf
nix-store --init
nix-store --add /srv/nix/debian >/srv/nix/debian.path
