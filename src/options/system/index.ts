/** Everything that may be written in `containers.<name>.config`. */
import { bootOptions } from "./boot.ts";
import { environmentOptions } from "./environment.ts";
import { localeOptions } from "./locale.ts";
import { networkingOptions } from "./networking.ts";
import { packageOptions } from "./packages.ts";
import { securityOptions } from "./security.ts";
import { specialisationOptions } from "./specialisation.ts";
import { systemdOptions } from "./systemd.ts";
import { usersOptions } from "./users.ts";

export const systemOptions = {
  ...bootOptions,
  ...packageOptions,
  ...environmentOptions,
  ...localeOptions,
  ...networkingOptions,
  ...securityOptions,
  ...specialisationOptions,
  ...systemdOptions,
  ...usersOptions,
};
