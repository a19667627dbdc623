/** Our parameter file in the words of NixOS's: `KEY=value`, as docs/reference/parameters.md says which is which. */

interface Parameters {
  readonly [key: string]: unknown;
}

export function conf(text: string): Record<string, string> {
  const value = JSON.parse(text) as Parameters;
  const given = {
    SYSTEM_PATH: String(value.system).replace(/^\/var\/lib\/stowage\/store\/.*/, "<built>"),
    FLAKE: value.flake,
    COPY_RESOLV_CONF: value.copyResolvConf ? "1" : "0",
    PRIVATE_NETWORK: value.privateNetwork ? "1" : null,
    NETWORK_NAMESPACE_PATH: value.networkNamespace,
    HOST_BRIDGE: value.hostBridge,
    HOST_PORT: list(value.forwardPorts, port).join(","),
    HOST_ADDRESS: value.hostAddress,
    LOCAL_ADDRESS: value.localAddress,
    HOST_ADDRESS6: value.hostAddress6,
    LOCAL_ADDRESS6: value.localAddress6,
    LOCAL_MAC_ADDRESS: value.localMacAddress,
    PRIVATE_USERS: value.privateUsers,
    AUTO_START: value.autoStart ? "1" : null,
  };
  const words = {
    INTERFACES: list(value.interfaces, String).join(" "),
    MACVLANS: list(value.macvlans, (one) => String((one as Parameters).interface)).join(" "),
    EXTRA_NSPAWN_FLAGS: [...list(value.bindMounts, bind), ...list(value.extraFlags, String)]
      .map((flag) => ` ${flag}`)
      .join(""),
  };
  const present = Object.entries(given).filter(([, one]) => one !== null && one !== undefined && one !== "");
  return { ...Object.fromEntries(present.map(([key, one]) => [key, String(one)])), ...words };
}

const list = (value: unknown, show: (one: unknown) => string): string[] => (value as unknown[]).map(show);

function port(value: unknown): string {
  const { protocol, hostPort, containerPort } = value as Parameters;
  return `${protocol}:${hostPort}:${containerPort}`;
}

function bind(value: unknown): string {
  const { hostPath, mountPoint, isReadOnly } = value as Parameters;
  return `--bind${isReadOnly ? "-ro" : ""}=${hostPath}${hostPath === mountPoint ? "" : `:${mountPoint}`}`;
}
