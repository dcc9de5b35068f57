import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

/** What a server says of itself once a second. */
export interface ProbeLine {
  /** After a collection. */
  readonly heapMb: number;
  readonly handles: number;
  /** The longest that its event loop computed without a turn, since the line before. */
  readonly stallMs: number;
}

/** A look into a server's process; see probe.mjs. */
export class Probe implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'lease-probe-'));
  readonly #file = join(this.#directory, 'lines');

  /** Starts a server with it. */
  get nodeOptions(): string {
    const url = new URL('probe.mjs', import.meta.url);
    url.searchParams.set('file', this.#file);
    return `--import ${url.href}`;
  }

  lines(): readonly ProbeLine[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, 'utf8').split('\n');
    // The last one may not be whole yet.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as ProbeLine);
  }

  /** Resolves when there is one more. */
  async nextLine(): Promise<void> {
    const before = this.lines().length;
    await eventually(
      () => {
        if (this.lines().length <= before) throw new Error('the server does not say how it is');
      },
      { deadlineMs: 30_000, everyMs: 50 },
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
