/** The last lines of a terminal: what is under way, one line for each container. Facts: console_codes(4). */
import type { Progress } from "../../apply/report.ts";
import type { Out } from "../io.ts";
import type { Paint } from "./paint.ts";
import type { ProgressReporter } from "./progress.ts";
import { UnderWay } from "./under-way.ts";

/** Milliseconds between two drawings, at least: who has a hundred containers would see nothing but flicker. */
const atLeast = 50;
/** Milliseconds after which the seconds are drawn anew. */
const atMost = 1000;

/** @param linesFor what of an event stays on the screen, above the live lines */
export function liveReporter(
  out: Out,
  paint: Paint,
  linesFor: (event: Progress) => readonly string[],
): ProgressReporter {
  const underWay = new UnderWay();
  const screen = screenOf(out, paint);
  let drawnAt = 0;
  let later: NodeJS.Timeout | undefined;
  const draw = () => {
    clearTimeout(later);
    drawnAt = Date.now();
    screen.draw(underWay.lines(drawnAt));
    later = setTimeout(draw, atMost).unref();
  };
  const drawSoon = () => {
    const wait = drawnAt + atLeast - Date.now();
    if (wait <= 0) return draw();
    clearTimeout(later);
    later = setTimeout(draw, wait).unref();
  };
  return {
    on(event) {
      underWay.follow(event, Date.now());
      const lines = linesFor(event);
      screen.write(lines);
      drawSoon();
    },
    end() {
      clearTimeout(later);
      screen.draw([]);
    },
  };
}

function screenOf(out: Out, paint: Paint) {
  let drawn = 0;
  const clear = () => {
    if (drawn > 0) out.write(`\r${drawn > 1 ? `\u001b[${drawn - 1}A` : ""}\u001b[J`);
    drawn = 0;
  };
  return {
    write(lines: readonly string[]) {
      if (lines.length === 0) return;
      clear();
      out.write(lines.map((line) => `${line}\n`).join(""));
    },
    draw(lines: readonly string[]) {
      clear();
      const shown = fitting(lines, (out.columns || 80) - 1, (out.rows || 24) - 1);
      drawn = shown.length;
      if (drawn > 0) out.write(shown.map((line) => paint.dim(line)).join("\n"));
    },
  };
}

/** A line that wraps, or has left the screen, could not be taken away again. */
function fitting(lines: readonly string[], columns: number, rows: number): string[] {
  const left = lines.length - rows;
  const shown = left > 0 ? [...lines.slice(0, rows - 1), `and ${left + 1} more`] : lines;
  return shown.map((line) => line.slice(0, columns));
}
