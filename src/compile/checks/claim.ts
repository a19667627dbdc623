/** Makes `own` the owner of something that can have one only. @returns whose it was before; undefined: nobody's */
export function claim<K, V>(owners: Map<K, V>, key: K, own: V): V | undefined {
  const former = owners.get(key);
  owners.set(key, own);
  return former;
}
