import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { printed } from './printed.js';

/** How a process ended: exactly one of the two is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  /** What messages call it. */
  readonly name: string;
  /** A script for this Node, and its arguments. */
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How much of a child's output is kept for messages: its end. */
const OUTPUT_CHARACTERS = 64 * 1_024;

const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child of this process whose output is captured. It never outlives this process, unless that is killed by SIGKILL. */
export class Child {
  readonly name: string;
  readonly exit: Promise<Exit>;
  readonly #process: ChildProcess;
  readonly #listeners = new Set<(line: string) => void>();
  #output = '';
  #ended: Exit | undefined;

  constructor({ name, args, env = {} }: ChildOptions) {
    this.name = name;
    this.#process = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
    running.add(this.#process);
    this.exit = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        running.delete(this.#process);
        this.#ended = { code, signal };
        resolve(this.#ended);
      };
      this.#process.once('error', (error) => {
        this.#keep(`${error.message}\n`);
        end(null, null);
      });
      // Not `exit`: its last words may still be in the pipes then.
      this.#process.once('close', end);
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      // Each for itself: together, one would cut what the other writes.
      const record = printed(name);
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#keep(text);
        record(text);
      });
    }
    // A write may meet a child that is gone already; that it is gone shows in `exit`.
    this.#process.stdin?.on('error', () => undefined);
    if (this.#process.stdout) {
      createInterface(this.#process.stdout).on('line', (line) => {
        for (const listener of this.#listeners) listener(line);
      });
    }
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#ended === undefined;
  }

  /** The end of what it wrote to stdout and stderr, as it came. */
  get output(): string {
    return this.#output;
  }

  /** Calls `listener` with each line of stdout from now on. Returns what ends that. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes a line to its stdin. */
  say(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** The fields of its JSON line `{"msg":"ready", ...}`. Call it at once after the start. Rejects with the child's output. */
  async ready(deadlineMs = 20_000): Promise<Readonly<Record<string, unknown>>> {
    const { promise, resolve } = deferred<Readonly<Record<string, unknown>>>();
    const stop = this.onLine((line) => {
      const fields = readyLine(line);
      if (fields) resolve(fields);
    });
    const deadline = deferred<string>();
    const timer = setTimeout(deadline.resolve, deadlineMs, `not ready after ${deadlineMs} ms`);
    const ended = this.exit.then(
      ({ code, signal }) => `ended with ${signal ?? code ?? 'an error'} before it was ready`,
    );
    try {
      const result = await Promise.race([promise, deadline.promise, ended]);
      if (typeof result !== 'string') return result;
      throw new Error(`${this.name}: ${result}\n${this.#output}`);
    } finally {
      clearTimeout(timer);
      stop();
    }
  }

  /** Sends the signal and resolves when the process has ended. If it has already, resolves with that. */
  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (this.running) this.#process.kill(signal);
    return this.exit;
  }

  #keep(text: string): void {
    this.#output = (this.#output + text).slice(-OUTPUT_CHARACTERS);
  }
}

function readyLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const fields = JSON.parse(line) as Readonly<Record<string, unknown>> | null;
    return fields?.['msg'] === 'ready' ? fields : undefined;
  } catch {
    // Any other line.
    return undefined;
  }
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
