/** Directories that are not the root's own: the packages', and what is new at each start. */
const notOwn = ["usr", "bin", "sbin", "lib", "lib64", "proc", "sys", "dev", "run", "tmp"];

/** Why a home cannot be made there; null: it can. It is made below a fresh root by path, too: its parts are plain names. */
export function unfitHome(home: string): string | null {
  const parts = home.split("/").slice(1);
  const isPlain = home.startsWith("/") && parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!isPlain) return "it is no plain path of a directory";
  return notOwn.includes(parts[0] as string) ? `/${parts[0]} is not part of the container's own root` : null;
}
