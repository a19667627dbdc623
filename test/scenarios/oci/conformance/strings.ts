/** Strings that whoever quotes by hand gets wrong. */
import fc from "fast-check";

/** Control characters other than tab and line break are no text for an argument: the options' type says so. */
const character = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(..."\"'`\\$%{}()[]<>|&;*?~!#=,:@^+- \t\n") },
  {
    weight: 1,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: systemd's syntax
    arbitrary: fc.constantFrom("%n", "$HOME", "${X}", "$$", "%%", "\\n", "\\x41", "--", "="),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "é",
      "ü",
      "ß",
      "\u0301",
      "\u0085",
      "\u2028",
      "\u202e",
      "\ufeff",
      "漢",
      "😀",
      "\u{1fffe}",
      "\ufffe",
    ),
  },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }) },
);

const begins = fc.constantFrom("", "", "", "-", "--", "-e", "--rm=", "@", "=", " ", ";", "#");

export const awkward = fc
  .tuple(begins, fc.array(character, { maxLength: 12 }))
  .map(([first, rest]) => first + rest.join(""))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what the options' type refuses
  .filter((text) => !/[\u0000-\u0008\u000b-\u001f\u007f]|\p{Surrogate}/u.test(text));

/** The same for the same seed. */
export const strings = (count: number, seed: number): string[] => fc.sample(awkward, { numRuns: count, seed });
