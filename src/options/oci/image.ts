/** Where the image of an OCI container comes from. */
import { mkOption, types } from "../../modules/index.ts";

export const imageOptions = {
  image: mkOption({
    type: types.imageReference,
    example: "docker.io/library/nginx:1.27",
    description:
      "The image to run. Fetched at switch, never at start, and pinned in stowage.lock to what it was then: `stowage update` looks for a newer one.",
  }),
  imageFile: mkOption({
    type: types.nullOr(types.path),
    default: null,
    example: "/srv/images/web.tar",
    description:
      "An archive, docker-archive or oci-archive, compressed or not, that the image is loaded from. It must hold an image called `image`, and is pinned in stowage.lock: a file that is another one then is refused until `stowage update`.",
  }),
  imageStream: mkOption({
    type: types.nullOr(types.path),
    default: null,
    example: "/srv/images/make-web",
    description:
      "A program whose standard output is such an archive: loaded as it comes, without a copy on disk. If it fails nothing is loaded. It runs when the image is pinned, with `stowage update`, and where the image is gone. Instead of `imageFile`.",
  }),
  pull: mkOption({
    type: types.enum("always", "missing", "never", "newer"),
    default: "missing",
    description:
      'When a switch fetches the image; a start never does. "missing": when the engine does not have what is pinned, or nothing under that name yet. "always", "newer": at every switch, and what the name stands for then is pinned anew; without the registry "newer" goes on with what was pinned. "never": it must be there.',
  }),
  login: {
    username: mkOption({
      type: types.nullOr(types.line),
      default: null,
      description: "User at the registry.",
    }),
    passwordFile: mkOption({
      type: types.nullOr(types.secretReference),
      default: null,
      example: "/run/secrets/registry",
      description: "File of the host with the password, read when the image is fetched, and kept nowhere.",
    }),
    registry: mkOption({
      type: types.nullOr(types.line),
      default: null,
      example: "registry.example.org",
      description: "The registry to log in to before the image is fetched. With all three a login is made.",
    }),
  },
};
