import type { LeaseStore } from '@lease/core';
import type { ManualClock } from '@lease/core/testing';
import { claim, prune, sweep } from './collection.js';
import { allowed, same } from './difference.js';
import { Names } from './names.js';
import { compareAll, compareCleanups, compareLeases, compareState } from './readings.js';
import { latestInstant, type Model, newModel } from './records.js';
import type { Step, Write } from './step.js';
import { at, ENDPOINTS, OBJECTS, SERVICES } from './universe.js';
import { PAUSE_NOTE, stateView } from './views.js';
import { verbOf } from './writes.js';

/** What a sequence runs on. */
export interface Followed {
  readonly store: LeaseStore;
  readonly time: Pick<ManualClock, 'advance' | 'stepWall' | 'wallMs'>;
  reopen(): Promise<void>;
}

type StepOf<Do extends Step['do']> = Extract<Step, { readonly do: Do }>;

/** Takes a store through a sequence with the model beside it, and compares what is answered and what can be read. */
export class Follower {
  readonly #followed: Followed;
  readonly #durable: boolean;
  readonly #model: Model;
  readonly #names: Names;

  private constructor(followed: Followed, durable: boolean, now: number) {
    this.#followed = followed;
    this.#durable = durable;
    this.#model = newModel(now);
    this.#names = new Names(this.#model);
  }

  /** `durable`: whether the store's data outlive a restart. If not, it is never restarted. */
  static async start(followed: Followed, durable: boolean): Promise<Follower> {
    return new Follower(followed, durable, (await followed.store.collectionState()).now);
  }

  async follow(step: Step): Promise<void> {
    await this.#do(step);
    await compareState(this.#store, this.#model);
  }

  /** At the end: also what is finished. */
  async finish(): Promise<void> {
    await compareAll(this.#store, this.#model);
  }

  get #store(): LeaseStore {
    return this.#followed.store;
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        return this.#write(step.writes);
      case 'sweep':
        return this.#sweep(step);
      case 'claim':
        return this.#claim(step);
      case 'advance':
        return this.#advance(step.ms);
      case 'elapse':
        for (let passed = 0; passed < step.seconds; passed++) {
          await this.#advance(1_000);
          await this.#sweep({ do: 'sweep', limit: 1_000, graceMs: 0 });
        }
        return;
      case 'pause':
        this.#model.operatorUntil = this.#model.now + step.forMs;
        same(
          'pause',
          await this.#store.pause({ forMs: step.forMs, note: PAUSE_NOTE }),
          stateView(this.#model),
        );
        return;
      case 'resume':
        this.#model.operatorUntil = 0;
        this.#model.gapUntil = 0;
        delete this.#model.recovery;
        same('resume', await this.#store.resume(), stateView(this.#model));
        return;
      case 'prune':
        return this.#prune(step);
      case 'reopen':
        return this.#reopen(step);
      case 'list':
        return this.#list(step);
      case 'list-cleanups':
        return this.#listCleanups(step);
    }
  }

  /** A burst: everything is sent before the first answer. */
  async #write(writes: readonly Write[]): Promise<void> {
    const verbs = writes.map((write) => verbOf(write, this.#names));
    const answers = await Promise.all(verbs.map((verb) => verb.send(this.#store)));
    for (const [index, verb] of verbs.entries()) same(verb.name, answers[index], verb.apply(this.#model));
  }

  async #sweep({ limit, graceMs }: StepOf<'sweep'>): Promise<void> {
    const command = { limit, graceMs, brakeShare: 0.25 };
    const report = await this.#store.expireDue(command);
    // All that comes to nothing is told apart by the report: most sweeps find nothing.
    const { leases } =
      report.expired === 0 ? { leases: [] } : await this.#store.list({ limit: 1_000, state: 'EXPIRED' });
    sweep(this.#model, command, report, new Set(leases.map(({ leaseId }) => leaseId)));
  }

  async #claim({ busy, claimant, limit, perEndpointLimit, claimMs }: StepOf<'claim'>): Promise<void> {
    const busyEndpoints = busy.map((endpoint) => at(ENDPOINTS, endpoint));
    const command = { claimant, limit, perEndpointLimit, busyEndpoints, claimMs };
    const claims = await this.#store.claimCleanups(command);
    const { cleanups } = await this.#store.listCleanups({ limit: 1_000, state: 'ABANDONED' });
    claim(this.#model, command, claims, new Set(cleanups.map(({ generation }) => generation)));
    this.#names.note(claims);
  }

  async #prune({ leasesMs, cleanupsMs }: StepOf<'prune'>): Promise<void> {
    // What is pruned cannot be compared any more: now it can.
    await compareAll(this.#store, this.#model);
    const command = {
      endedLeasesOlderThanMs: leasesMs,
      finishedCleanupsOlderThanMs: cleanupsMs,
      limit: 1_000,
    };
    await this.#store.prune(command);
    prune(this.#model, command);
  }

  async #advance(ms: number): Promise<void> {
    await this.#followed.time.advance(ms);
    this.#model.now += ms;
  }

  /** The store is closed for a while, and the wall clock steps meanwhile. */
  async #reopen({ awayMs, wallMs }: StepOf<'reopen'>): Promise<void> {
    await compareAll(this.#store, this.#model);
    const { lastSweep } = this.#model;
    await this.#advance(awayMs);
    this.#followed.time.stepWall(wallMs);
    if (!this.#durable) return;
    await this.#followed.reopen();
    const { now, lastSweepTime } = await this.#store.collectionState();
    const wall = this.#followed.time.wallMs();
    allowed('go back behind what it recorded (S15)', now >= Math.max(latestInstant(this.#model), wall));
    allowed('run ahead of every clock (S15)', now <= Math.max(this.#model.now, wall));
    this.#model.now = now;
    if (lastSweep === undefined || lastSweepTime === undefined) {
      same('last sweep', lastSweepTime, lastSweep);
      return;
    }
    // The last heartbeats may be lost, which only lengthens a pause, but no more of them than half a second holds.
    allowed('forget a heartbeat (S14)', lastSweepTime <= lastSweep && lastSweepTime >= lastSweep - 500);
    this.#model.lastSweep = lastSweepTime;
  }

  async #list({ service, object, state, limit }: StepOf<'list'>): Promise<void> {
    const on = object === undefined ? undefined : at(OBJECTS, object);
    await compareLeases(this.#store, this.#model, {
      limit,
      ...(service !== undefined && { serviceId: at(SERVICES, service) }),
      ...(on && { objectType: on.type, objectId: on.id }),
      ...(state && { state }),
    });
  }

  async #listCleanups({ service, state, limit }: StepOf<'list-cleanups'>): Promise<void> {
    await compareCleanups(this.#store, this.#model, {
      limit,
      ...(service !== undefined && { serviceId: at(SERVICES, service) }),
      ...(state && { state }),
    });
  }
}
