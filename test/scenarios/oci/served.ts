/** An image that has curl and serves a page with its host name, and containers of it, for scenarios that go by names. */

export const image = "localhost/names:1";

const serve = "trap 'exit 0' TERM; mkdir /w; echo of $(hostname) >/w/index.html; httpd -f -p 80 -h /w & wait";

/** @param more further options */
export const httpd = (more = ""): string =>
  `{ image: "${image}", pull: "never", ${more} cmd: ["sh", "-c", ${JSON.stringify(serve)}] }`;

/**
 * A script that makes it known to an engine. With curl: busybox, which is static, crashes where it is to look up a name (its
 * wget does, of Debian 12 and 13).
 */
export const makeImage = (engine: "podman" | "docker"): string => `set -e
mkdir -p /srv/image/bin && cp /usr/bin/busybox /srv/image/bin/ && cd /srv/image/bin
for name in sh httpd mkdir hostname cat ip; do ln -sf busybox $name; done
cd / && tar -chPf /srv/curl.tar usr/bin/curl $(ldd /usr/bin/curl | grep -o '/[^ ]*')
tar -rf /srv/curl.tar -C /srv/image bin && ${engine} import /srv/curl.tar ${image}`;
