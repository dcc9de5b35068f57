import { Process } from '../engine/process.js';
import { Transport } from '../nodes/transport.js';
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
    const { scheduler, dice, books, sabotage } = this.#around;
    this.#starts += 1;
    const name = `${this.name}#${this.#starts}`;
    const chance = dice.throw(name);
    const process = new Process(scheduler, {
      name,
      wallErrorMs: chance.whole(-86_400_000, 86_400_000),
      monotonicOriginMs: chance.next() * 1_000_000,
      sleepsBlind: sabotage.sleepsBlind === 'clients',
    });
    process.onWake(() => {
      books.holds.expectHonest();
    });
    return process;
  }

  #connect(): Transport {
    const { books, serviceId, ...around } = { ...this.#around, serviceId: this.serviceId };
    return new Transport({ ...around, ...books, serviceId, process: this.process });
  }
}
