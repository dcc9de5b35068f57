import { describe, expect, it } from 'vitest';
import { LeaseService, type LeaseServiceOptions } from '../../src/index.js';
import { RecordingStore } from './recording-store.js';
import { create, renew, untyped } from './requests.js';

const build = (options: Partial<LeaseServiceOptions>) =>
  new LeaseService({ store: new RecordingStore(), ...options });

describe('options', () => {
  it.each<[Partial<LeaseServiceOptions>, RegExp]>([
    [{ minTtlMs: 5_000, maxTtlMs: 4_000 }, /minTtlMs \(5000\) is above maxTtlMs \(4000\)/],
    [{ minTtlMs: 400_000 }, /defaultTtlMs \(300000\) is outside minTtlMs \(400000\)/],
    [{ maxTtlMs: 60_000 }, /defaultTtlMs \(300000\) is outside .* maxTtlMs \(60000\)/],
    [{ defaultTtlMs: 999 }, /defaultTtlMs \(999\)/],
    [{ defaultTtlMs: 86_400_001 }, /defaultTtlMs/],
    [{ minTtlMs: 0 }, /minTtlMs is 0/],
    [{ minTtlMs: -1 }, /minTtlMs is -1/],
    [{ minTtlMs: 1.5 }, /minTtlMs is 1.5/],
    [{ minTtlMs: NaN }, /minTtlMs is NaN/],
    [{ maxTtlMs: Infinity }, /maxTtlMs is Infinity/],
    [{ maxTtlMs: 2 ** 53 }, /maxTtlMs/],
    [{ defaultTtlMs: untyped('5m') }, /defaultTtlMs is 5m/],
    [{ maxLeasesPerService: 0 }, /maxLeasesPerService is 0/],
    [{ maxLeasesPerService: 2 ** 31 }, /maxLeasesPerService/],
    [{ maxLeasesPerService: 0.5 }, /maxLeasesPerService/],
  ])('%o throws a RangeError that names it', (options, message) => {
    expect(() => build(options)).toThrow(RangeError);
    expect(() => build(options)).toThrow(message);
  });

  it('accepts bounds that meet', () => {
    expect(() => build({ minTtlMs: 1, maxTtlMs: 1, defaultTtlMs: 1, maxLeasesPerService: 1 })).not.toThrow();
  });

  it('bounds the TTL of creates and of renewals', async () => {
    const service = build({ minTtlMs: 10_000, maxTtlMs: 20_000, defaultTtlMs: 15_000 });
    for (const ttlMs of [9_999, 20_001]) {
      const refusal = {
        reason: 'INVALID_REQUEST',
        message: `ttl is ${ttlMs} ms: 10000 to 20000 ms are allowed`,
        violations: [{ field: 'ttl', description: `is ${ttlMs} ms: 10000 to 20000 ms are allowed` }],
      };
      expect(await service.create(create({ ttlMs }))).toEqual({ ok: false, refusal });
      expect(await service.renew(renew({ ttlMs }))).toEqual({ ok: false, refusal });
    }
  });
});
