import { setTimeout as delay } from 'node:timers/promises';
import { Child } from '../tests/helpers/child.js';
import { executable } from '../tests/helpers/executable.js';
import type { Timeline } from './timeline.js';

const main = executable(import.meta.resolve('@lease/cleanup-mock/package.json'));

/** A callback, as far as the demo looks at it. */
interface Call {
  readonly sequence: number;
  readonly body: { readonly object_id: string; readonly attempt: number; readonly reason: string };
  readonly answer?: string;
  readonly detail?: string;
}

/** The cleanup endpoint: `cleanup-mock`, which really deletes the files that it is told to. */
export class Endpoint {
  readonly child: Child;
  /** Where cleanups are to call. */
  readonly url: string;
  readonly #base: string;
  readonly #calls: Call[] = [];
  readonly #timeline: Timeline;
  readonly #watching = new AbortController();

  private constructor(child: Child, address: string, timeline: Timeline) {
    this.child = child;
    this.#base = `http://${address}`;
    this.url = `${this.#base}/cleanup`;
    this.#timeline = timeline;
    void this.#watch();
  }

  static async start(root: string, script: string, timeline: Timeline): Promise<Endpoint> {
    const child = new Child({
      name: 'cleanup-mock',
      args: [main, '--root', root, '--script', script],
    });
    const { http } = await child.ready();
    timeline.tell('endpoint', `cleanup-mock listens on ${String(http)} and deletes beneath ${root}`);
    return new Endpoint(child, String(http), timeline);
  }

  /** What it was asked to do about a file so far, e.g. `503, 503, deleted`. */
  async callsFor(file: string): Promise<string> {
    await this.#fetch();
    const answers = this.#calls.filter(({ body }) => body.object_id === file).map(outcome);
    return answers.length === 0 ? 'no call' : answers.join(', ');
  }

  /** All calls so far, e.g. `12 deleted, 3 failed, 0 others`. */
  async tally(): Promise<string> {
    await this.#fetch();
    const deleted = this.#calls.filter(({ detail }) => detail === 'deleted').length;
    const failed = this.#calls.filter(({ answer }) => answer === '503').length;
    return `${deleted} deleted, ${failed} failed, ${this.#calls.length - deleted - failed} others`;
  }

  close(): void {
    this.#watching.abort();
  }

  async #watch(): Promise<void> {
    const { signal } = this.#watching;
    while (!signal.aborted) {
      // An endpoint that is gone shows in the next check that asks it.
      await this.#fetch().catch(() => undefined);
      await delay(20, undefined, { signal }).catch(() => undefined);
    }
  }

  async #fetch(): Promise<void> {
    const after = this.#calls.at(-1)?.sequence ?? 0;
    const response = await fetch(`${this.#base}/calls?after=${after}`);
    const { calls } = (await response.json()) as { calls: Call[] };
    for (const call of calls) {
      // A call that is not answered yet is left for the next look, and so is what came after it.
      if (call.answer === undefined) return;
      if (call.sequence <= (this.#calls.at(-1)?.sequence ?? 0)) continue;
      this.#calls.push(call);
      const { object_id, attempt, reason } = call.body;
      this.#timeline.tell(
        'endpoint',
        `${object_id}: attempt ${attempt} (${reason.toLowerCase()}) -> ${outcome(call)}`,
      );
    }
  }
}

function outcome({ answer = '', detail }: Call): string {
  return detail ?? answer;
}
