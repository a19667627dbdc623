/** What the entry must know of src/cli/quick.ts before it is loaded. */

const verbs = ["list", "ls", "ps"];

/** Whether there may be an answer without the whole command. */
export const isQuick = ([verb = ""]: readonly string[]): boolean => verbs.includes(verb);
