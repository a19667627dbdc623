/** Where a check's options are. */
export const at = (name: string, ...path: string[]): string[] => ["containers", name, ...path];
export const atOci = (name: string, ...path: string[]): string[] => ["ociContainers", "containers", name, ...path];
