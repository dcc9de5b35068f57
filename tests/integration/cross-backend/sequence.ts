import type { CreateLease, ObjectRef, Random } from '@lease/core';
import {
  canonical,
  createCommand,
  handlerCleanup,
  httpCleanup,
  objectRef,
  randomBelow,
  randomItem,
} from '@lease/core/testing';
import type { BatchVerb, Side } from './side.js';

type Command = Readonly<Record<string, unknown>>;

/** Names that a store may trip over. */
const OBJECTS = [
  ...['plain', 'a/b', '__proto__', "'; drop table lease; --", '%', '\\', '"', '{1,NULL}', 'é', 'e\u0301'].map(
    (id) => objectRef(id),
  ),
  ...['plain', '\u{10ffff}', '$1'].map((id) => objectRef(id, 'blob')),
];
const SERVICES = ['service-a', 'Service-A', 'constructor', 'null', '{"a":1}'];
const SPECS = [
  httpCleanup({ url: 'http://a.example/', retry: { maxAttempts: 2 } }),
  httpCleanup({
    url: 'http://b.example/',
    payload: '{"quoted": "\\u0041"}',
    headers: new Map([['x-a', "'"]]),
    retry: { maxAttempts: 1 },
  }),
  handlerCleanup({ payload: 'NULL', retry: { maxAttempts: 3 } }),
];
const GRACE_MS = 200;

/** Stores that do not answer alike. */
export class Unlike extends Error {
  override readonly name = 'Unlike';
}

/** Does the same at random to several stores, and compares every answer. */
export class Sequence {
  readonly #sides: readonly Side[];
  readonly #random: Random;
  readonly #maxBatch: number;
  /** Of each service: few batches fit in. */
  readonly #quota: number;
  readonly #objects: readonly ObjectRef[];
  readonly #creates: CreateLease[] = [];
  readonly #claims: Command[] = [];
  readonly #cleanups: string[] = [];
  #steps = 0;

  constructor(sides: readonly Side[], random: Random, maxBatch: number) {
    this.#sides = sides;
    this.#random = random;
    this.#maxBatch = maxBatch;
    this.#quota = maxBatch - 1;
    const more = Array.from({ length: Math.floor(maxBatch / 4) }, (_, index) => objectRef(`o${index}`));
    this.#objects = [...OBJECTS, ...more];
  }

  async step(): Promise<void> {
    this.#steps += 1;
    const drawn = this.#random.next();
    if (drawn < 0.26) await this.#batch('create', () => this.#create());
    else if (drawn < 0.34) await this.#batch('renew', () => this.#renewal());
    else if (drawn < 0.54) await this.#batch('release', () => this.#release());
    else if (drawn < 0.63) await this.#claim();
    else if (drawn < 0.78) await this.#settle();
    else if (drawn < 0.82)
      await this.#operate('retryCleanups', { delayMs: randomBelow(this.#random, 2) * 300 });
    else if (drawn < 0.84) await this.#operate('forgetCleanups', { reason: 'by hand' });
    else if (drawn < 0.97) await this.#elapse();
    else if (drawn < 0.98) await this.#all('pause', (side) => side.pause(500));
    else if (drawn < 0.99) await this.#all('resume', (side) => side.resume());
    else await this.#all('prune', (side) => side.prune(2_000));
  }

  /** Compares all that can be read. */
  async finish(): Promise<void> {
    await this.#all('all that can be read', (side) => side.readAll());
  }

  async #batch(verb: BatchVerb, make: () => Command | CreateLease): Promise<void> {
    const size = this.#random.next() < 0.4 ? 1 : 1 + randomBelow(this.#random, this.#maxBatch);
    const commands = Array.from({ length: size }, make) as unknown as readonly Command[];
    await this.#all(verb, (side) => side.batch(verb, commands));
  }

  #create(): CreateLease {
    const earlier =
      this.#creates.length > 0 && this.#random.next() < 0.15 && randomItem(this.#random, this.#creates);
    const command = earlier ? this.#again(earlier) : this.#newCreate();
    this.#creates.push(command);
    return command;
  }

  #newCreate(): CreateLease {
    const tag = randomItem(this.#random, ['__proto__', 'k', '']);
    return createCommand({
      leaseId: this.#random.uuid(),
      object: randomItem(this.#random, this.#objects),
      serviceId: randomItem(this.#random, SERVICES),
      ttlMs: 200 + randomBelow(this.#random, 2_000),
      maxActive: this.#quota,
      ...(tag !== '' && { metadata: new Map([[tag, "it's"]]) }),
      ...(this.#random.next() < 0.7 && { cleanup: randomItem(this.#random, SPECS) }),
    });
  }

  #again(command: CreateLease): CreateLease {
    if (this.#random.next() < 0.7) return command;
    return { ...command, ttlMs: command.ttlMs + 1, requestHash: `${command.requestHash}-altered` };
  }

  #renewal(): Command {
    return {
      ...this.#holding(),
      ...(this.#random.next() < 0.3 && { ttlMs: 100 + randomBelow(this.#random, 3_000) }),
    };
  }

  #release(): Command {
    return { ...this.#holding(), disposition: this.#random.next() < 0.2 ? 'KEEP' : 'COLLECT' };
  }

  /** Mostly a lease of late, mostly by its holder. */
  #holding(): Command {
    const recent = this.#creates.slice(this.#random.next() < 0.8 ? -3 * this.#maxBatch : 0);
    if (recent.length === 0) return { leaseId: this.#random.uuid(), serviceId: 'nobody' };
    const { leaseId, serviceId } = randomItem(this.#random, recent);
    return { leaseId, serviceId: this.#random.next() < 0.05 ? 'nobody' : serviceId };
  }

  async #claim(): Promise<void> {
    const claimMs = 100 + randomBelow(this.#random, 1_000);
    const claims = (await this.#all('claim', (side) =>
      side.claim('claimant', claimMs),
    )) as readonly Command[];
    this.#claims.push(...claims);
    this.#cleanups.push(...claims.map(({ cleanupId }) => String(cleanupId)));
  }

  async #settle(): Promise<void> {
    if (this.#claims.length === 0) return this.#claim();
    await this.#batch('settleCleanups', () => {
      const { cleanupId, object, fence } = randomItem(
        this.#random,
        this.#claims.slice(this.#random.next() < 0.8 ? -8 : 0),
      );
      return { cleanupId, object, fence, ...this.#outcome() };
    });
  }

  #outcome(): Command {
    const kind = randomItem(this.#random, ['done', 'fail', 'unstarted', 'retry', 'retry', 'retry']);
    const detail = randomItem(this.#random, [undefined, 'it said "no"', "\\'"]);
    const abandonReason = randomItem(this.#random, [
      'ATTEMPTS_EXHAUSTED',
      'ENDPOINT_NOT_FOUND',
      'TERMINAL_ANSWER',
    ]);
    const contact = randomItem(this.#random, ['answered', 'unanswered', 'unreached']);
    return {
      ...{ kind, statusCode: 503, durationMs: 12.5, ...(detail !== undefined && { detail }) },
      ...((kind === 'fail' || kind === 'retry') && { abandonReason }),
      ...(kind === 'retry' && { contact, delayMs: randomBelow(this.#random, 2) * 400 }),
    };
  }

  /** Of cleanups that were claimed once, or that are abandoned now. */
  async #operate(verb: 'retryCleanups' | 'forgetCleanups', rest: Command): Promise<void> {
    const abandoned = (await this.#all('cleanups', (side) =>
      side.cleanups('ABANDONED'),
    )) as readonly Command[];
    const ids = [...this.#cleanups, ...abandoned.map(({ cleanupId }) => String(cleanupId))];
    if (ids.length === 0) return;
    await this.#batch(verb, () => ({ cleanupId: randomItem(this.#random, ids.slice(-12)), ...rest }));
  }

  /** Mostly without a gap. */
  async #elapse(): Promise<void> {
    const ms =
      this.#random.next() < 0.9 ? 100 + randomBelow(this.#random, 800) : randomBelow(this.#random, 3_000);
    for (const side of this.#sides) await side.advance(ms);
    await this.#all('sweep', (side) => side.sweep(GRACE_MS));
  }

  /** Has every store do it; returns what all of them answered. */
  async #all(what: string, act: (side: Side) => Promise<unknown>): Promise<unknown> {
    const answers = await Promise.all(this.#sides.map(act));
    const [first] = this.#sides;
    const expected = canonical(answers[0]);
    for (const [index, side] of this.#sides.entries()) {
      const seen = canonical(answers[index]);
      if (seen !== expected)
        throw new Unlike(
          difference(`step ${this.#steps}, ${what}`, first?.name ?? '', expected, side.name, seen),
        );
    }
    return answers[0];
  }
}

/** Both texts from where they part. */
function difference(what: string, first: string, expected: string, other: string, seen: string): string {
  let at = 0;
  while (expected[at] === seen[at]) at += 1;
  const from = Math.max(0, at - 300);
  return `${what}:\n${first}: ...${expected.slice(from, at + 200)}\n${other}: ...${seen.slice(from, at + 200)}`;
}
