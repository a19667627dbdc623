/**
 * systemd-nspawn as one would write it by hand: what ours is measured against.
 * @param machine its name, and that of its tree below /var/lib/machines; `%i` in a template
 * @param timeout how long its start may take
 */
export const rawUnit = (machine: string, timeout = "1min 30s"): string => `[Service]
Type=notify
NotifyAccess=all
Slice=machine.slice
Delegate=yes
KillMode=mixed
TimeoutStartSec=${timeout}
Environment=SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
ExecStart=/usr/bin/systemd-nspawn --quiet --keep-unit --boot --notify-ready=yes --kill-signal=SIGRTMIN+3 --settings=no --machine=${machine} --directory=/var/lib/machines/${machine} --private-network --network-veth
`;
