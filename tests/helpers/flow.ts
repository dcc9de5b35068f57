import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface FlowOptions {
  /** How much later than it came a chunk goes on. */
  readonly delayMs: () => number;
  /** What of a chunk goes on. */
  readonly pass: (chunk: Buffer) => Buffer;
}

/** Further chunks stay in the kernel, and with the sender. */
const MAX_WAITING = 64;

/** The bytes from one socket to another, in order, as late as they are meant to be. */
export class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #options: FlowOptions;
  readonly #waiting: { readonly dueMs: number; readonly chunk: Buffer | undefined }[] = [];
  #opened: Promise<void> | undefined;
  #open: () => void = () => undefined;
  #busy = false;

  constructor(from: Socket, to: Socket, options: FlowOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.end());
  }

  pause(): void {
    this.#opened ??= new Promise((resolve) => (this.#open = resolve));
  }

  resume(): void {
    this.#open();
    this.#opened = undefined;
  }

  /** Nothing follows what waits here. */
  end(): void {
    this.#take(undefined);
  }

  /** `undefined`: the end. */
  #take(chunk: Buffer | undefined): void {
    this.#waiting.push({ dueMs: performance.now() + this.#options.delayMs(), chunk });
    if (this.#waiting.length > MAX_WAITING) this.#from.pause();
    if (!this.#busy) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      await reached(next.dueMs);
      while (this.#opened) await this.#opened;
      if (this.#to.destroyed) break;
      if (next.chunk === undefined) this.#to.end();
      else if (this.#to.writable && !this.#to.write(this.#options.pass(next.chunk))) {
        await Promise.race([once(this.#to, 'drain'), once(this.#to, 'close')]).catch(() => undefined);
      }
      if (this.#waiting.length <= MAX_WAITING) this.#from.resume();
    }
    this.#waiting.length = 0;
    this.#busy = false;
  }
}

/** Never before it: a timer of Node counts whole milliseconds, and may fire up to one early. */
async function reached(dueMs: number): Promise<void> {
  for (let leftMs = dueMs - performance.now(); leftMs > 0; leftMs = dueMs - performance.now()) {
    await delay(Math.ceil(leftMs));
  }
}
