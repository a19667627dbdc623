/** The program that makes and removes networks, volumes and pods. It is the same for all: what differs are its arguments. */
import type { Layout } from "../../store/layout.ts";

/** By which definition of ours it was made; nothing of others' has it. */
export const definitionLabel = "stowage.definition";

export const objectProgramFile = (layout: Layout): string => `${layout.etc}/oci/object`;

/**
 * An object is looked up by its name, and both engines would also take the beginning of an ID: so the name that is found
 * counts. A volume of another definition is refused, because to make it anew would be to lose its data.
 */
export const objectProgram = `# Makes a network, volume or pod of an engine, or removes it; leaves alone what somebody else has made.
# Arguments: make or remove, the engine, options of this, its kind, its name, its definition; then what \`create\` is given.
set -eu
verb=$1 program=$2 options=$3 kind=$4 name=$5 definition=$6
shift 6

engine() {
	"$program" \${options:+"$options"} "$@"
}

refuse() {
	printf '%s %s %s\\n' "$kind" "$name" "$1" >&2
	exit 1
}

found=$(engine "$kind" inspect --format '{{.Name}}/{{index .Labels "${definitionLabel}"}}' "$name" 2>/dev/null) || found=
case $found in
"$name/") is=foreign ;;
"$name/$definition") is=same ;;
"$name/"*) is=other ;;
*) is=absent ;;
esac

if [ "$verb" = remove ]; then
	case $is in same | other) ;; *) exit 0 ;; esac
	set --
	if [ "$kind" = pod ]; then set -- --force; fi
	engine "$kind" rm "$@" "$name" >/dev/null
	exit 0
fi

case $kind.$is in
pod.foreign) refuse "was made by somebody else" ;;
*.foreign) refuse "was made by somebody else: external = true uses it as it is" ;;
*.absent) ;;
pod.*) engine pod rm --force "$name" >/dev/null ;;
*.same) exit 0 ;;
volume.other) refuse "was made with other options, and to make it anew would lose its data" ;;
*) engine "$kind" rm "$name" >/dev/null ;;
esac
engine "$kind" create "--label=${definitionLabel}=$definition" "$@" "$name" >/dev/null
if [ "$kind" = pod ]; then engine pod start "$name" >/dev/null; fi
`;
