import { setTimeout as delay } from 'node:timers/promises';
import { LeaseClient } from '@lease/client';
import { randomItem, seededRandom } from '@lease/core/testing';
import { Citizen } from './citizen.js';
import { live } from './lives.js';
import { QUOTA, type Site } from './site.js';

const CLIENTS = 24;

/** Lives that each client lives at once. */
const LIVES_AT_ONCE = 4;

/** Of a worker between two lives, on average half of it: two processor cores serve it all. */
const MAX_PAUSE_MS = 200;

/** Attempts are kept waiting until faults can meet them: if they timed out meanwhile, breakers would open, and nobody call. */
const ATTEMPT_MS = 10_000;

/** 24 services that take, renew and release leases all the time, and one that always wants more than it may have. */
export class Crowd {
  readonly #clients: readonly LeaseClient[];
  readonly #work: Promise<unknown>;
  #stopped = false;

  constructor(site: Site, seed: number) {
    const { addresses, recorder, endpoint } = site;
    this.#clients = Array.from(
      { length: CLIENTS + 1 },
      (_, index) =>
        new LeaseClient({ addresses, serviceId: index === CLIENTS ? 'greedy' : `client-${index}` }),
    );
    const retry = { initialBackoffMs: 100, maxBackoffMs: 1_000, attemptTimeoutMs: ATTEMPT_MS };
    const cleanup = { http: { url: endpoint.url }, payload: 'payload', retry };
    const citizens = this.#clients.map((client) => new Citizen(client, recorder, cleanup));
    const greedy = citizens.slice(-1);
    const workers = citizens.slice(0, CLIENTS).flatMap((one, client) =>
      Array.from({ length: LIVES_AT_ONCE }, async (_, number) => {
        const name = client * LIVES_AT_ONCE + number;
        const random = seededRandom(seed * 1_000 + name);
        const others = citizens.filter((citizen) => citizen !== one && !greedy.includes(citizen));
        for (let life = 0; !this.#stopped; life += 1) {
          const object = { type: 'blob', id: `${name}-${life}` };
          await live({ object, one, other: randomItem(random, others), random });
          await delay(random.next() * MAX_PAUSE_MS);
        }
      }),
    );
    this.#work = Promise.all([...workers, ...greedy.map((citizen) => this.#beGreedy(citizen))]);
    // Whoever stops them hears of it; until then it is nobody's.
    this.#work.catch(() => undefined);
  }

  /** Begins nothing further, and waits for what was begun. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
    for (const client of this.#clients) client.close();
  }

  /** S10: asks for more leases than the quota at once, while others of its own end. */
  async #beGreedy(citizen: Citizen): Promise<void> {
    for (let round = 0; !this.#stopped; round += 1) {
      const wanted = Array.from({ length: QUOTA / 2 }, (_, index) =>
        citizen.draw({ type: 'greed', id: `${round}-${index}` }, 1_000),
      );
      const halves = [wanted.slice(0, QUOTA / 4), wanted.slice(QUOTA / 4)];
      await Promise.all(halves.map((half) => citizen.createMany(half)));
      await citizen.releaseMany(wanted.slice(0, QUOTA / 8));
      await delay(500);
    }
  }
}
