/** The program that makes and removes networks, volumes and pods. It is the same for all: what differs are its arguments. */
import type { Layout } from "../../store/layout.ts";
import { defaultNetwork } from "./names.ts";

/** By which definition of ours it was made; nothing of others' has it. */
export const definitionLabel = "stowage.definition";

export const objectProgramFile = (layout: Layout): string => `${layout.etc}/oci/object`;

/**
 * An object is looked up by its name, and both engines would also take the beginning of an ID: so the name that is found
 * counts. A volume of another definition is refused, because to make it anew would be to lose its data.
 */
export const objectProgram = `# Makes a network, volume or pod of an engine, or removes it; leaves alone what somebody else has made.
# Arguments: make or remove, the engine, options of this, its kind, its name, its definition; then what \`create\` is given.
set -euf
verb=$1 program=$2 options=$3 kind=$4 name=$5 definition=$6
shift 6

# Its options are words without any space in them.
engine() {
	"$program" $options "$@"
}

refuse() {
	printf '%s %s %s\\n' "$kind" "$name" "$1" >&2
	exit 1
}

# Podman removes no network that a container has been on, though it has ended; one of ours is made anew when it starts.
remove() {
	if [ "$kind" = network ] && [ "\${program##*/}" = podman ]; then
		for id in $(engine ps -aq --filter "network=$name" --filter status=exited --filter status=created --filter label=PODMAN_SYSTEMD_UNIT); do
			said=$(engine container inspect --format '{{.Name}}={{.HostConfig.ContainerIDFile}}' "$id")
			[ "$said" != "\${said%%=*}=/run/podman-\${said%%=*}/ctr-id" ] || engine rm "$id" >/dev/null
		done
	fi
	engine "$kind" rm "$@" "$name" >/dev/null
}

found=$(engine "$kind" inspect --format '{{.Name}}/{{index .Labels "${definitionLabel}"}}' "$name" 2>/dev/null) || found=
case $found in
"$name/") is=foreign ;;
"$name/$definition") is=same ;;
"$name/"*) is=other ;;
*) is=absent ;;
esac

if [ "$verb" = remove ]; then
	case $is in
	same | other) ;;
	foreign) exit 0 ;;
	*)
		# Or nobody could be asked: then it fails, in the engine's words.
		engine "$kind" ls -q >/dev/null
		exit 0
		;;
	esac
	set --
	if [ "$kind" = pod ]; then set -- --force; fi
	remove "$@"
	exit 0
fi

case $kind.$is in
pod.foreign) refuse "was made by somebody else" ;;
network.foreign)
	[ "$name" != ${defaultNetwork} ] || refuse "was made by somebody else: ociContainers.defaultNetwork.enable = false does without it"
	refuse "was made by somebody else: external = true uses it as it is"
	;;
*.foreign) refuse "was made by somebody else: external = true uses it as it is" ;;
*.absent) ;;
pod.*) engine pod rm --force "$name" >/dev/null ;;
*.same) exit 0 ;;
volume.other) refuse "was made with other options, and to make it anew would lose its data" ;;
*) remove ;;
esac
engine "$kind" create "--label=${definitionLabel}=$definition" "$@" "$name" >/dev/null
if [ "$kind" = pod ]; then engine pod start "$name" >/dev/null; fi
`;
