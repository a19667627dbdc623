/** Which formats of images there are. Pure: the command line asks it before anything is loaded. */
export const imageFormats = ["tar", "squashfs", "oci"] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** Ends the name of a file where none is given. */
export const endings: Readonly<Record<ImageFormat, string>> = { tar: ".tar", squashfs: ".squashfs", oci: ".oci.tar" };
