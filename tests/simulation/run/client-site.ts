import type { Process } from '../engine/process.js';
import { Transport } from '../nodes/transport.js';
import { startProcess } from './start-process.js';
import type { Surroundings } from './surroundings.js';

const RESTART_MS = 500;

/** One machine on which one client process after another runs, for the same service. */
export class ClientSite {
  readonly name: string;
  readonly serviceId: string;
  process: Process;
  transport: Transport;
  readonly #around: Surroundings;
  #starts = 0;

  constructor(name: string, around: Surroundings & { readonly serviceId: string }) {
    this.name = name;
    this.serviceId = around.serviceId;
    this.#around = around;
    this.process = this.#newProcess();
    this.transport = this.#connect();
  }

  /** Dies with its holds, which nobody renews any more. */
  crash(): void {
    const { scheduler, trace } = this.#around;
    if (!this.process.alive) return;
    trace.note(this.process.name, 'dies');
    this.process.kill();
    scheduler.after(RESTART_MS, () => {
      this.process = this.#newProcess();
      this.transport = this.#connect();
    });
  }

  #newProcess(): Process {
    this.#starts += 1;
    const { process } = startProcess(this.#around, `${this.name}#${this.#starts}`, 'clients');
    process.onWake(() => {
      this.#around.books.holds.expectHonest();
    });
    return process;
  }

  #connect(): Transport {
    const { books, serviceId, ...around } = { ...this.#around, serviceId: this.serviceId };
    return new Transport({ ...around, ...books, serviceId, process: this.process });
  }
}
