import { handlerCleanup, httpCleanup, objectRef } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused } from './trial.js';

/** Names that have broken stores: prototypes, separators, quotes, patterns, look-alikes in Unicode, the edges of case. */
const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  'a/b',
  '/',
  '../..',
  "'; drop table leases; --",
  '"',
  '%',
  '_',
  '\\',
  '$1',
  'null',
  '0',
  ' ',
  'x ',
  ' x',
  'x',
  'X',
  '\u00e9',
  'e\u0301',
  '\u{1f512}',
  '\uffff',
  '\u{10ffff}',
  'ß',
  'ss',
  '1e3',
  '1000',
];

export const hostileLaws: readonly StoreLaw[] = [
  law('S3', 'metadata is kept to the byte, whatever its keys are called', async (trial) => {
    const metadata = new Map(HOSTILE.map((name) => [name, `value of ${name}`]));
    const lease = await trial.fallDue({ metadata });
    checkEqual((await trial.read(lease)).metadata, metadata, 'metadata of the lease');
    checkEqual((await trial.claimOne()).metadata, metadata, 'metadata of the claim');
    checkEqual(Object.keys({}).length, 0, 'keys that every object has now');
  }),

  law('S1', 'objects whose ids look alike are different objects', async (trial) => {
    const objects = ['x', 'x-a', 'a'].flatMap((type) => HOSTILE.map((id) => objectRef(id, type)));
    const commands = objects.map((object) =>
      trial.command({ object, cleanup: httpCleanup({ payload: object.id }) }),
    );
    const results = await trial.store.create(commands);
    checkEqual(results.filter(({ outcome }) => outcome === 'done').length, objects.length, 'leases taken');
    checkEqual((await trial.store.stats()).heldObjects, objects.length, 'held objects');
    for (const [index, object] of objects.entries()) {
      const listed = await trial.leases({ objectType: object.type, objectId: object.id });
      checkEqual(
        listed.map(({ leaseId }) => leaseId),
        [commands[index]?.leaseId],
        `leases on ${object.id}`,
      );
      checkEqual(listed[0]?.object, object, 'the object');
    }
    const releases = commands.map(({ leaseId, serviceId }) => ({
      leaseId,
      serviceId,
      disposition: 'COLLECT' as const,
    }));
    await trial.store.release(releases.slice(0, HOSTILE.length));
    const claimed = await trial.claim();
    checkEqual(
      new Set(claimed.map(({ spec }) => spec.payload)),
      new Set(HOSTILE),
      'objects that are collected',
    );
    check(
      claimed.every(({ object }) => object.type === 'x'),
      'and only those that were released',
    );
  }),

  law('S10', 'services whose names look alike are different services', async (trial) => {
    for (const serviceId of HOSTILE) await trial.create({ serviceId, maxActive: 1 });
    for (const serviceId of HOSTILE) {
      checkRefused(await trial.tryCreate({ serviceId, maxActive: 1 }), 'LEASE_QUOTA_EXCEEDED');
      checkEqual((await trial.leases({ serviceId })).length, 1, `leases of ${serviceId}`);
    }
  }),

  law('L3', 'endpoints are told apart whatever they are called', async (trial) => {
    for (const type of ['constructor', 'to-string', 'x']) {
      await trial.fallDue({ object: trial.object(type), cleanup: handlerCleanup() });
    }
    const busyEndpoints = ['handler:constructor', 'handler:X', 'handler:%', 'handler'];
    const claims = await trial.claim({ busyEndpoints });
    checkEqual(
      new Set(claims.map(({ endpoint }) => endpoint)),
      new Set(['handler:to-string', 'handler:x']),
      'endpoints',
    );
    checkEqual(
      (await trial.cleanups({ endpoint: 'handler:constructor' })).length,
      1,
      'cleanups of the busy one',
    );
  }),

  law('S3', 'the longest names and the largest values are kept to the byte', async (trial) => {
    const metadata = new Map(
      Array.from({ length: 50 }, (_, index) => [`${'k'.repeat(62)}${index + 10}`, '\u{1f512}'.repeat(256)]),
    );
    const cleanup = httpCleanup({
      url: `http://127.0.0.1:8080/${'p'.repeat(2_000)}`,
      payload: '\u00e9'.repeat(8_192),
      headers: new Map(Array.from({ length: 20 }, (_, index) => [`x-${index}`, 'h'.repeat(500)])),
    });
    const object = objectRef('\u{1f512}'.repeat(128), 'a'.repeat(63));
    const lease = await trial.fallDue({ metadata, cleanup, object, serviceId: 's'.repeat(256) });
    checkEqual(await trial.read(lease), lease, 'the lease');
    const claim = await trial.claimOne({ claimant: 'c'.repeat(256) });
    checkEqual(
      [claim.metadata, claim.spec, claim.object],
      [metadata, cleanup, object],
      'metadata, spec, object',
    );
    const detail = '\u{1f512}'.repeat(256);
    await trial.store.settleCleanups([
      {
        ...claim,
        kind: 'fail',
        abandonReason: 'TERMINAL_ANSWER',
        statusCode: 599,
        durationMs: 29_999.9,
        detail,
      },
    ]);
    checkEqual((await trial.cleanup(claim)).lastDetail, detail, 'detail');
  }),

  law('S2 R12', 'delays beyond 2^31 ms are kept', async (trial) => {
    const farMs = 2 ** 31 + 1_000;
    const lease = await trial.createCollectable({ ttlMs: farMs });
    await trial.time.advance(farMs - 1);
    await trial.sweep();
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state');
    await trial.release(lease);
    await trial.settled(await trial.claimOne(), { kind: 'retry', delayMs: farMs });
    await trial.time.advance(farMs - 1);
    checkEqual(await trial.claim(), [], 'claims');
    await trial.time.advance(1);
    checkEqual((await trial.claim({ claimMs: farMs })).length, 1, 'claims at the time');
  }),
];
