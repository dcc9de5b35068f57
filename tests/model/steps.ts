import fc from 'fast-check';
import type { Pointer, Step, Write } from './step.js';
import { OBJECTS, SERVICES, SPECS } from './universe.js';

const index = (below: number) => fc.nat({ max: below - 1 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const sometimes = fc.constantFrom(false, false, false, false, false, false, false, true);
const ttlMs = fc.constantFrom(1_000, 1_000, 2_000, 2_500, 30_000, 60_000, 3_600_000);

const pointer: fc.Arbitrary<Pointer> = fc.record({
  among: fc.constantFrom('fit', 'fit', 'fit', 'all'),
  back: fc.constantFrom(0, 0, 0, 1, 1, 2, 5),
});

/** A record whose unset fields are absent. */
function record<T extends object>(fields: { [Field in keyof T]: fc.Arbitrary<T[Field] | undefined> }) {
  return fc
    .record(fields as Record<string, fc.Arbitrary<unknown>>)
    .map(
      (value) => Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T,
    );
}

const create = record<Extract<Write, { verb: 'create' }>['commands'][number]>({
  again: rarely(fc.record({ back: index(4), altered: sometimes })),
  object: index(OBJECTS.length),
  service: index(SERVICES.length),
  ttlMs,
  cleanup: optional(fc.constantFrom(0, 0, ...SPECS.keys())),
  tag: fc.constantFrom('', '', 'a', '__proto__'),
  maxActive: fc.constantFrom(10, 10, 10, 10, 3, 1),
});

const renew = record<Extract<Write, { verb: 'renew' }>['commands'][number]>({
  lease: pointer,
  stranger: sometimes,
  ttlMs: optional(ttlMs),
});

const release = record<Extract<Write, { verb: 'release' }>['commands'][number]>({
  lease: pointer,
  stranger: sometimes,
  disposition: fc.constantFrom('COLLECT', 'COLLECT', 'COLLECT', 'COLLECT', 'COLLECT', 'KEEP'),
});

const settle = record<Extract<Write, { verb: 'settle' }>['outcomes'][number]>({
  claim: pointer,
  kind: fc.constantFrom('done', 'retry', 'retry', 'retry', 'retry', 'fail', 'unstarted'),
  contact: fc.constantFrom('answered', 'unanswered', 'unreached'),
  delayMs: fc.constantFrom(0, 0, 0, 500, 10_000),
  abandonReason: fc.constantFrom('ATTEMPTS_EXHAUSTED', 'ENDPOINT_NOT_FOUND', 'TERMINAL_ANSWER'),
  detail: optional(fc.constantFrom('it said no', '\u{1f512} "quoted"')),
  fenceOff: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1),
});

/** Mostly one, now and then a batch. */
const batch = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: arbitrary.map((value) => [value]) },
    { weight: 1, arbitrary: fc.array(arbitrary, { minLength: 2, maxLength: 4 }) },
  );

const write = fc.oneof(
  { weight: 9, arbitrary: record<Write>({ verb: fc.constant('create'), commands: batch(create) }) },
  { weight: 3, arbitrary: record<Write>({ verb: fc.constant('renew'), commands: batch(renew) }) },
  { weight: 8, arbitrary: record<Write>({ verb: fc.constant('release'), commands: batch(release) }) },
  { weight: 8, arbitrary: record<Write>({ verb: fc.constant('settle'), outcomes: batch(settle) }) },
  {
    weight: 2,
    arbitrary: record<Write>({
      verb: fc.constant('retry'),
      cleanups: batch(pointer),
      delayMs: fc.constantFrom(0, 0, 1_500),
    }),
  },
  { weight: 1, arbitrary: record<Write>({ verb: fc.constant('forget'), cleanups: batch(pointer) }) },
);

const step = fc.oneof(
  { weight: 48, arbitrary: record<Step>({ do: fc.constant('write'), writes: batch(write) }) },
  {
    weight: 6,
    arbitrary: record<Step>({
      do: fc.constant('sweep'),
      limit: fc.constantFrom(1_000, 2, 1),
      graceMs: fc.constantFrom(0, 0, 500, 5_000),
    }),
  },
  {
    weight: 16,
    arbitrary: record<Step>({
      do: fc.constant('claim'),
      claimant: fc.constantFrom('claimant-a', 'claimant-b'),
      limit: fc.constantFrom(10, 10, 10, 2, 1),
      perEndpointLimit: fc.constantFrom(10, 10, 10, 1, 2),
      busy: fc.constantFrom([], [], [], [], [0], [1, 2]),
      claimMs: fc.constantFrom(40_000, 40_000, 2_000, 900),
    }),
  },
  {
    weight: 10,
    arbitrary: record<Step>({
      do: fc.constant('advance'),
      ms: fc.constantFrom(1, 400, 500, 999, 1_000, 1_000, 1_001, 2_000, 40_000, 90_000, 3_600_000),
    }),
  },
  {
    weight: 10,
    // Now and then beyond the pause that follows a gap.
    arbitrary: record<Step>({ do: fc.constant('elapse'), seconds: fc.constantFrom(1, 2, 3, 4, 5, 31) }),
  },
  { weight: 1, arbitrary: record<Step>({ do: fc.constant('pause'), forMs: fc.constantFrom(500, 10_000) }) },
  { weight: 4, arbitrary: record<Step>({ do: fc.constant('resume') }) },
  {
    weight: 1,
    arbitrary: record<Step>({
      do: fc.constant('prune'),
      leasesMs: fc.constantFrom(3_600_000, 4_000_000),
      cleanupsMs: fc.constantFrom(1_000, 3_600_000),
    }),
  },
  {
    weight: 2,
    arbitrary: record<Step>({
      do: fc.constant('reopen'),
      awayMs: fc.constantFrom(0, 100, 60_000),
      wallMs: fc.constantFrom(0, 0, -10_000, -86_400_000, 86_400_000),
    }),
  },
  {
    weight: 1,
    arbitrary: record<Step>({
      do: fc.constant('list'),
      service: optional(index(SERVICES.length)),
      object: optional(index(OBJECTS.length)),
      state: optional(fc.constantFrom('ACTIVE', 'EXPIRED', 'RELEASED')),
      limit: fc.constantFrom(1, 3, 100),
    }),
  },
  {
    weight: 1,
    arbitrary: record<Step>({
      do: fc.constant('list-cleanups'),
      state: optional(fc.constantFrom('DUE', 'CLAIMED', 'ABANDONED', 'COLLECTED', 'REVIVED', 'FORGOTTEN')),
      service: optional(index(SERVICES.length)),
      limit: fc.constantFrom(1, 3, 100),
    }),
  },
);

/** Up to 100 steps. */
export const sequences: fc.Arbitrary<readonly Step[]> = fc.array(step, { maxLength: 100, size: 'max' });
