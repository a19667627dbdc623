# A system as NixOS would build one, in small: `init`, which is started as PID 1, and `bin/switch-to-configuration`.
# Its packages are a Debian's, ./debian or the store path of that; ./shell holds a static busybox.
{
  label,
  system,
  debian ? "${./debian}",
}:
let
  shell = "${./shell}/busybox";
in
derivation {
  name = "system-${label}";
  inherit system label debian shell;
  builder = shell;
  scripts = "${./scripts}";
  args = [
    "sh"
    "-euc"
    ''
      "$shell" mkdir -p "$out/bin"
      for file in init bin/switch-to-configuration; do
        "$shell" sed "s,@shell@,$shell,g; s,@debian@,$debian,g; s,@out@,$out,g; s,@label@,$label,g" "$scripts/''${file##*/}" > "$out/$file"
        "$shell" chmod 755 "$out/$file"
      done
    ''
  ];
}
