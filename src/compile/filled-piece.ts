/** A piece whose texts and values are made each time that somebody looks at them: nothing but what is its own is kept. */
import { type Unit, writtenUnit } from "../units/index.ts";
import { deepFreeze } from "./freeze.ts";
import type { ContainerPart, HostFile } from "./generation.ts";
import { type Entry, type Heading, identityOf, type Piece } from "./piece.ts";
import type { Sheet } from "./sheet.ts";

/** Files and others: texts as `textsOf` has them; sections: of each unit, as JSON. */
export interface Sheets {
  readonly files: Sheet;
  readonly others: Sheet;
  readonly sections: readonly Sheet[];
  /** All that is printed as one text. */
  readonly printed: (heading: Heading) => Sheet;
}

/** Values that are made of texts that the others are filled into. */
type FurtherOf = (own: readonly string[]) => readonly string[];

export class FilledPiece implements Piece {
  readonly #sheets: Sheets;
  readonly #own: readonly string[];
  readonly #furtherOf: FurtherOf;
  #all: readonly string[] | null = null;
  #part: ContainerPart | null = null;

  constructor(sheets: Sheets, own: readonly string[], furtherOf: FurtherOf) {
    this.#sheets = sheets;
    this.#own = own;
    this.#furtherOf = furtherOf;
  }

  identity(): string[] {
    const { files, others, sections } = this.#sheets;
    return identityOf(files.fill(this.#own), others.fill(this.#values()), sections.length);
  }

  units(): Unit[] {
    const { others, sections } = this.#sheets;
    return sections.map((sheet, unit) =>
      writtenUnit(
        others.text(1 + 2 * unit, this.#own),
        () => others.text(2 + 2 * unit, this.#values()),
        () => sheet.text(0, this.#values()),
        (json) => deepFreeze(JSON.parse(json) as Unit["sections"]),
      ),
    );
  }

  unitLinks(): Entry<string>[] {
    const { others, sections } = this.#sheets;
    const links: Entry<string>[] = [];
    for (let at = 1 + 2 * sections.length; at < others.size; at += 2) {
      links.push([others.text(at, this.#own), others.text(at + 1, this.#own)]);
    }
    return links;
  }

  files(): Entry<HostFile>[] {
    const { files } = this.#sheets;
    const own = this.#own;
    const all: Entry<HostFile>[] = [];
    for (let at = 0; at < files.size; at += 3) {
      const file: HostFile = {
        get text() {
          return files.text(at + 2, own);
        },
        mode: files.text(at + 1, own),
      };
      all.push([files.text(at, own), Object.freeze(file)]);
    }
    return all;
  }

  part(): ContainerPart {
    this.#part ??= deepFreeze(JSON.parse(this.#sheets.others.text(0, this.#own)) as ContainerPart);
    return this.#part;
  }

  printed(heading: Heading): string {
    return this.#sheets.printed(heading).fill(this.#values()).whole;
  }

  #values(): readonly string[] {
    this.#all ??= [...this.#own, ...this.#furtherOf(this.#own)];
    return this.#all;
  }
}
