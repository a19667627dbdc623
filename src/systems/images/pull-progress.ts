/** How far a pull is, from the lines that engines print where there is no terminal. */
import type { OnWork } from "../progress.ts";

export function pullProgress(reference: string, onWork?: OnWork) {
  const id = `pull ${reference}`;
  const [all, done] = [new Set<string>(), new Set<string>()];
  onWork?.({ kind: "work", id, text: `fetching ${reference}` });
  return {
    line(line: string): void {
      const { layer, isDone } = layerIn(line);
      if (layer === null) return;
      all.add(layer);
      if (isDone) done.add(layer);
      onWork?.({ kind: "work", id, text: `fetching ${reference}`, done: done.size, total: all.size });
    },
    end: () => onWork?.({ kind: "work-ended", id, text: `fetched ${reference}` }),
  };
}

/** docker: `a1b2c3d4e5f6: Pull complete`. podman: `Copying blob sha256:…`, and `done` behind it from 5 on. */
function layerIn(line: string): { readonly layer: string | null; readonly isDone: boolean } {
  const docker = /^([0-9a-f]{12}): (.*)$/.exec(line);
  if (docker !== null)
    return {
      layer: docker[1] ?? null,
      isDone: /complete|exists/i.test(docker[2] ?? "") && !/^Verif|^Down/.test(docker[2] ?? ""),
    };
  const podman = /^Copying (?:blob|config) (?:sha256:)?([0-9a-f]{10,64})\b(.*)$/.exec(line);
  return { layer: podman?.[1]?.slice(0, 10) ?? null, isDone: /done|skipped/.test(podman?.[2] ?? "") };
}
