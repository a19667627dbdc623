/** Targets that systemd brings itself: what is declared of one is added to it. Facts: systemd.special(7), 252 and 257. */

const names = new Set(
  [
    "basic bluetooth boot-complete cryptsetup cryptsetup-pre ctrl-alt-del default emergency exit factory-reset final",
    "first-boot-complete getty getty-pre graphical halt hibernate hybrid-sleep integritysetup integritysetup-pre kexec",
    "local-fs local-fs-pre machines multi-user network network-online network-pre nss-lookup nss-user-lookup paths",
    "poweroff printer reboot remote-cryptsetup remote-fs remote-fs-pre remote-integritysetup remote-veritysetup rescue",
    "rpcbind runlevel0 runlevel1 runlevel2 runlevel3 runlevel4 runlevel5 runlevel6 shutdown sigpwr sleep slices",
    "smartcard sockets soft-reboot sound ssh-access storage-target-mode suspend suspend-then-hibernate swap sysinit",
    "system-update system-update-cleanup system-update-pre time-set time-sync timers tpm2 umount usb-gadget veritysetup",
    "veritysetup-pre",
  ].flatMap((line) => line.split(" ")),
);

/** @param name without `.target` */
export const isSpecialTarget = (name: string): boolean => names.has(name);
