import { setTimeout as delay } from 'node:timers/promises';
import type { Timeline } from './timeline.js';

interface Check {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  readonly holds: boolean;
}

/** Far beyond what anything here takes, also on a busy machine. */
const DEADLINE_MS = 20_000;

/** What the demo promises, and what was seen of it. */
export class Checks {
  readonly #all: Check[] = [];

  /** Looks until it sees what is expected, or the deadline has passed; either way the demo goes on. */
  async expect(what: string, expected: string, look: () => string | Promise<string>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    let seen = await look();
    while (seen !== expected && performance.now() < deadline) {
      await delay(25);
      seen = await look();
    }
    this.#all.push({ what, expected, seen, holds: seen === expected });
  }

  /** Records that the demo could not go on. */
  fail(what: string, error: unknown): void {
    const seen = error instanceof Error ? error.message : String(error);
    this.#all.push({ what, expected: 'no error', seen, holds: false });
  }

  get hold(): boolean {
    return this.#all.every(({ holds }) => holds);
  }

  /** A table, with what is off at its end once more. */
  print(timeline: Timeline): void {
    const width = (column: 'what' | 'expected') =>
      Math.max(...this.#all.map((check) => check[column].length));
    timeline.scene('What was promised, and what was seen');
    for (const { what, expected, seen, holds } of this.#all) {
      const mark = holds ? timeline.paint('green', 'ok    ') : timeline.paint('red', 'FAILED');
      const columns = [
        what.padEnd(width('what')),
        expected.padEnd(width('expected')),
        holds ? 'seen' : `seen: ${seen}`,
      ];
      timeline.print(`  ${mark}  ${columns.join('  ')}`);
    }
    const off = this.#all.filter(({ holds }) => !holds).length;
    const verdict = `${this.#all.length - off} checks hold, ${off} failed`;
    timeline.print(
      `\n${timeline.paint(off === 0 ? 'green' : 'red', verdict)} (${timeline.elapsedS.toFixed(1)} s)`,
    );
  }
}
