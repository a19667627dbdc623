/** What is allowed and probably not meant. */
import type { Problem } from "../error.ts";
import type { HostConfig } from "../options/index.ts";
import { firewallWarnings } from "./firewall.ts";
import { imageWarnings } from "./oci/image-warnings.ts";
import type { PlacesOf } from "./problems.ts";

/** Shown beside a plan; they stop nothing. */
export function warningsOf(config: HostConfig, placesOf: PlacesOf = () => []): Problem[] {
  const names = Object.keys(config.containers);
  return [
    ...namedLikeDomains(names, placesOf),
    ...disabled(config, names, placesOf),
    ...firewallWarnings(config, placesOf),
    ...imageWarnings(config, placesOf),
  ];
}

function disabled(config: HostConfig, names: readonly string[], placesOf: PlacesOf): Problem[] {
  if (config.boot.enableContainers || names.length === 0) return [];
  const option = ["boot", "enableContainers"];
  return [
    {
      code: "containers-disabled",
      message: `boot.enableContainers is false: nothing is made of the containers that are declared (${names.join(", ")})`,
      hint: "remove it to have them",
      places: placesOf(option),
      option,
    },
  ];
}

function namedLikeDomains(names: readonly string[], placesOf: PlacesOf): Problem[] {
  return names
    .filter((name) => topLevelDomains.has(name.toLowerCase()))
    .map((name) => ({
      code: "name-is-domain",
      message: `container ${name} is named like a top-level domain`,
      details: [
        "on this host, the name service then answers for that whole domain with the container's address (systemd issue 43783)",
      ],
      hint: "choose another name",
      places: placesOf(["containers", name]),
      option: ["containers", name],
    }));
}

/** Every country's, and of the many others those that somebody would call a container. */
const topLevelDomains = new Set(
  (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd " +
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf " +
    "gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn " +
    "kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc " +
    "ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj " +
    "sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi " +
    "vu wf ws ye yt za zm zw " +
    "app arpa bank biz blog bot box bzh cafe cam chat city click cloud club com community company contact dev dog domains " +
    "download edu email events exchange finance forum foundation fun games gay gov group health help host hosting inc info " +
    "int jobs link live lol love media mil mobi music name net network new news nexus now one online org page phd photo " +
    "photos pics play plus press pro prod pub radio report rest run search security services shop site social software space " +
    "spot store studio style support systems tax team tech tel tools top trade uno video vip watch webcam wiki win work works " +
    "world xyz zip zone"
  ).split(" "),
);
