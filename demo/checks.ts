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

  /** A table of all checks, and the verdict. */
  print(timeline: Timeline): void {
    const rows = [{ what: 'check', expected: 'expected', seen: 'seen' }, ...this.#all];
    const width = (column: 'what' | 'expected') => Math.max(...rows.map((row) => row[column].length));
    const columns = ({ what, expected, seen }: Omit<Check, 'holds'>) =>
      [what.padEnd(width('what')), expected.padEnd(width('expected')), seen].join('  ');
    timeline.scene('What was promised, and what was seen');
    timeline.print(`          ${timeline.paint('dim', rows.slice(0, 1).map(columns).join())}`);
    for (const check of this.#all) {
      const mark = check.holds ? timeline.paint('green', 'ok    ') : timeline.paint('red', 'FAILED');
      timeline.print(`  ${mark}  ${columns(check)}`);
    }
    const off = this.#all.filter(({ holds }) => !holds).length;
    const verdict = `${this.#all.length - off} checks hold, ${off} failed`;
    timeline.print(
      `\n${timeline.paint(off === 0 ? 'green' : 'red', verdict)} (${timeline.elapsedS.toFixed(1)} s)`,
    );
  }
}
