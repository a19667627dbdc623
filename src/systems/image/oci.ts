/**
 * An image of containers in one file that podman, docker and skopeo take: an OCI layout with the description that
 * `docker load` wants beside it. Facts: the OCI image specification, and docker's "Image Tarball" format.
 */
import { createHash } from "node:crypto";
import { closeSync, createWriteStream, openSync, renameSync, statSync, writeFileSync, writeSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { pipe } from "../../host/run.ts";
import { makeAll } from "../../store/make-all.ts";
import { canonicalJson } from "../../store/names.ts";
import { tarStream } from "../../store/tree-hash.ts";
import { ociArchitecture } from "../import/image.ts";
import { type ImageOrder, rootStream } from "./formats.ts";

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const media = "application/vnd.oci.image";

export async function writeOci(order: ImageOrder): Promise<void> {
  const layout = `${order.work}/layout`;
  makeAll(`${layout}/blobs/sha256`);
  const { layer, diffId } = await writeLayer(order, layout);
  const config = writeBlob(layout, `${media}.config.v1+json`, configOf(order, diffId));
  const manifest = writeBlob(layout, `${media}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config,
    layers: [layer],
  });
  const tag = `localhost/${order.name.toLowerCase()}:latest`;
  const annotations = { "io.containerd.image.name": tag, "org.opencontainers.image.ref.name": tag };
  const index = { schemaVersion: 2, mediaType: `${media}.index.v1+json`, manifests: [{ ...manifest, annotations }] };
  writeFileSync(`${layout}/oci-layout`, canonicalJson({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(`${layout}/index.json`, canonicalJson(index));
  const [{ digest: configDigest }, { digest: layerDigest }] = [config, layer];
  const docker = [{ Config: blobPath(configDigest), RepoTags: [tag], Layers: [blobPath(layerDigest)] }];
  writeFileSync(`${layout}/manifest.json`, canonicalJson(docker));
  await pack(layout, order);
}

/** Names and times alone are the layout's own: its bytes must not depend on when and by whom it was made. */
function pack(layout: string, { file, epoch }: ImageOrder) {
  const same = ["--sort=name", "--format=ustar", "--owner=0", "--group=0", "--numeric-owner", "--mode=u=rw,go=r,a+X"];
  const stream = tarStream(["-C", layout, ...same, `--mtime=@${epoch}`, "-cf", "-", "--", ...parts]);
  return pipeline(stream, createWriteStream(file, { flags: "wx", mode: 0o600 }));
}

const parts = ["oci-layout", "index.json", "manifest.json", "blobs"];

/**
 * Compressed lightly: a layer is read where it is written far more often than it crosses a slow line, and gzip, which
 * every engine takes, needs five times as long for the last tenth.
 */
async function writeLayer({ root }: ImageOrder, layout: string) {
  const [plain, packed] = [createHash("sha256"), createHash("sha256")];
  const gzip = pipe(["gzip", "-n", "-1"], { package: "gzip" });
  const file = `${layout}/layer`;
  const writing = writeHashed(gzip.stdout, packed, file);
  try {
    for await (const chunk of rootStream(root)) {
      plain.update(chunk);
      if (!gzip.stdin.write(chunk))
        await Promise.race([new Promise((ready) => gzip.stdin.once("drain", ready)), gzip.ended]);
    }
  } finally {
    gzip.stdin.end();
  }
  await Promise.all([gzip.ended, writing]);
  const digest = `sha256:${packed.digest("hex")}`;
  renameSync(file, `${layout}/${blobPath(digest)}`);
  const layer: Blob = {
    mediaType: `${media}.layer.v1.tar+gzip`,
    digest,
    size: statSync(`${layout}/${blobPath(digest)}`).size,
  };
  return { layer, diffId: `sha256:${plain.digest("hex")}` };
}

async function writeHashed(stream: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>, file: string) {
  const fd = openSync(file, "wx", 0o600);
  try {
    for await (const chunk of stream) {
      hash.update(chunk);
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
    }
  } finally {
    closeSync(fd);
  }
}

/** systemd as PID 1, and the signal that it takes for "shut down". */
function configOf({ epoch }: ImageOrder, diffId: string) {
  const created = new Date(epoch * 1000).toISOString();
  return {
    architecture: ociArchitecture(process.arch),
    os: "linux",
    created,
    config: {
      Entrypoint: ["/sbin/init"],
      // "oci": some engine, to be found out by other signs.
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "container=oci"],
      StopSignal: "SIGRTMIN+3",
      WorkingDir: "/",
    },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created, created_by: "stowage image" }],
  };
}

function writeBlob(layout: string, mediaType: string, value: unknown): Blob {
  const text = canonicalJson(value);
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  writeFileSync(`${layout}/${blobPath(digest)}`, text);
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

const blobPath = (digest: string): string => `blobs/sha256/${digest.slice(7)}`;
