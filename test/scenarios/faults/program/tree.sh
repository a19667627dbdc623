# A system that is ready in no time: its init is a few lines of perl, which every Debian has. Argument: where to make it.
set -eu
t=$1
[ ! -e "$t/usr/sbin/init" ] || exit 0
mkdir -p "$t/etc" "$t/var" "$t/usr/lib" "$t/usr/bin" "$t/usr/sbin"
echo ID=tiny > "$t/usr/lib/os-release"
cp /usr/bin/perl "$t/usr/bin/"
ldd /usr/bin/perl | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$t/usr$(dirname "${library#/usr}")"
  cp -L "$library" "$t/usr${library#/usr}"
done
(cd / && cp -a --parents usr/lib/*/perl-base "$t/")
cat > "$t/usr/sbin/init" <<'init'
#!/usr/bin/perl
use Socket;
$SIG{NUM37} = sub { exit 0 };
socket(my $s, AF_UNIX, SOCK_DGRAM, 0);
send($s, "READY=1", 0, pack_sockaddr_un("/run/host/notify"));
sleep 1000 while 1;
init
chmod 0755 "$t/usr/sbin/init"
