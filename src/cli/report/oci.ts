/** What is shown of an OCI container beyond what every container has. */
import type { ContainerPart } from "../../compile/generation.ts";

/** To programs; null of a system container. */
export const ociJson = ({ oci }: Pick<ContainerPart, "oci">) =>
  oci === undefined ? null : { engine: oci.engine, user: oci.user, image: oci.image, pinned: oci.pinned ?? null };

type Shown = NonNullable<ReturnType<typeof ociJson>>;

/** `docker.io/library/nginx:1.27 (podman)`, `… (podman of alice)`. */
export const imageText = ({ engine, user, image }: Shown): string =>
  `${image} (${engine}${user === "root" ? "" : ` of ${user}`})`;
