/**
 * Where everything of ours is kept on a machine. See docs/design/on-disk-format.md.
 * A value and pure functions over it: nothing here touches the disk.
 */
export interface Layout {
  /** Store, generations, container roots. Default `/var/lib/stowage`. */
  readonly state: string;
  /** Generated files that people and programs may read. Default `/etc/stowage`. */
  readonly etc: string;
  /** Locks and whatever must not survive a boot. Default `/run/stowage`. */
  readonly run: string;
  /** Unit files. Default `/etc/systemd/system`. */
  readonly units: string;
  /** Downloaded packages. Default `/var/cache/stowage`. */
  readonly cache: string;
}

export const defaultLayout: Layout = {
  state: "/var/lib/stowage",
  etc: "/etc/stowage",
  run: "/run/stowage",
  units: "/etc/systemd/system",
  cache: "/var/cache/stowage",
};

export const storeDir = (layout: Layout): string => `${layout.state}/store`;
export const storePath = (layout: Layout, name: string): string => `${storeDir(layout)}/${name}`;
export const generationsDir = (layout: Layout): string => `${layout.state}/generations`;
export const containersDir = (layout: Layout): string => `${layout.state}/containers`;
export const containerDir = (layout: Layout, container: string): string => `${containersDir(layout)}/${container}`;
export const runtimeRoot = (layout: Layout, container: string): string => `${layout.run}/containers/${container}`;
/** Definitions of containers that were made by hand, and their lock file. */
export const madeDir = (layout: Layout): string => `${layout.etc}/made`;
/** What the packages of all of them are locked to. */
export const madeLockFile = (layout: Layout): string => `${madeDir(layout)}/stowage.lock`;
export const madeFile = (layout: Layout, container: string): string => `${madeDir(layout)}/${container}.ts`;
/** What `create` or `destroy` is doing, or was when it was killed. */
export const unfinishedFile = (layout: Layout): string => `${layout.state}/by-hand.json`;
