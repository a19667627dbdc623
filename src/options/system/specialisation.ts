/** Further systems of one container: `specialisation`, and its older form `nesting`. */
import { mkOption, types } from "../../modules/index.ts";

// Not typed by the container's options, which it is one of: what is wrong in it shows when it is evaluated.
const module = types.deferredModule;

const takenOver =
  "Inside, `/run/declared/current/fine-tune/child-N/bin/switch-to-configuration test` takes it over in place.";

export const specialisationOptions = {
  specialisation: mkOption({
    type: types.attrsOf(
      types.submodule({
        options: {
          inheritParentConfig: mkOption({
            type: types.bool,
            default: true,
            description: "true: what the container's own `config` says counts too; false: `configuration` alone.",
          }),
          configuration: mkOption({
            type: module,
            default: {},
            example: { environment: { etc: { level: { text: "debug\n" } } } },
            description: "What it says: a module as in `config`.",
          }),
        },
      }),
    ),
    default: {},
    example: { debug: { configuration: { environment: { etc: { level: { text: "debug\n" } } } } } },
    description:
      "Further systems of this container by name, each whole and built with it; it always starts with its own. Inside, `/run/declared/current/specialisation/NAME/bin/switch-to-configuration test` takes one over in place, until the container restarts or is reloaded. One with other packages cannot be taken over in place. Each costs one more evaluation of the configuration.",
  }),
  nesting: {
    children: mkOption({
      type: types.listOf(module),
      default: [],
      description: `Further systems of this container, each from its module alone: the first of \`fine-tune/child-N\`. ${takenOver}`,
    }),
    clone: mkOption({
      type: types.listOf(module),
      default: [],
      description: `Further systems of this container, each from its own \`config\` and one of these modules: \`fine-tune/child-N\` after those of \`nesting.children\`. ${takenOver}`,
    }),
  },
};
