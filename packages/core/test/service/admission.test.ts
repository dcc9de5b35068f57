import { describe, expect, it } from 'vitest';
import { LeaseService, type TargetPolicy } from '../../src/index.js';
import { egressGuard } from '../../src/http/index.js';
import { RecordingStore } from './recording-store.js';
import { create, http, withCleanup, withUrl } from './requests.js';

function setUp(admitTarget: TargetPolicy) {
  const store = new RecordingStore();
  return { store, service: new LeaseService({ store, admitTarget }) };
}

describe('a target policy that must ask somebody', () => {
  it('is waited for, and its verdict is the same as one given at once', async () => {
    const answers: ((objection: string | undefined) => void)[] = [];
    const { store, service } = setUp(() => new Promise((resolve) => answers.push(resolve)));
    const [admitted, forbidden] = [service.create(withCleanup()), service.create(withCleanup())];
    expect(store.calls).toBe(0);
    answers[1]?.('is a trap');
    expect(await forbidden).toMatchObject({
      ok: false,
      refusal: { reason: 'CLEANUP_TARGET_FORBIDDEN', violations: [{ field: 'cleanup.http.url' }] },
    });
    answers[0]?.(undefined);
    expect(await admitted).toMatchObject({ ok: true });
    expect(store.calls).toBe(1);
  });

  it('costs those nothing that it need not be asked about: they reach the store in the same turn', async () => {
    const { store, service } = setUp((target) =>
      target.kind === 'handler' ? undefined : Promise.resolve(undefined),
    );
    const answers = [
      service.create(create()),
      service.create(withCleanup({ target: { kind: 'handler' } })),
      service.createBatch([create(), create()]),
    ];
    expect(store.calls).toBe(3);
    await Promise.all(answers);
  });

  it('is asked about all requests of a batch side by side; each is answered alone', async () => {
    const asked: string[] = [];
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const { store, service } = setUp(async (target) => {
      asked.push(target.kind === 'http' ? target.url : '');
      await answered;
      return asked.length === 3 && target.kind === 'http' && target.url.includes('bad')
        ? 'is bad'
        : undefined;
    });
    const batch = service.createBatch([
      withUrl('http://a/'),
      create({ serviceId: '' }),
      withUrl('http://bad/'),
      create(),
      withUrl('http://b/'),
    ]);
    expect(asked).toEqual(['http://a/', 'http://bad/', 'http://b/']);
    answer();
    const answers = await batch;
    expect(answers.ok && answers.value.map((each) => each.ok)).toEqual([true, false, false, true, true]);
    expect(store.creates.map((commands) => commands.length)).toEqual([3]);
  });

  it('that fails is a fault', async () => {
    const { store, service } = setUp(() => Promise.reject(new Error('broken')));
    await expect(service.create(withCleanup())).rejects.toThrow('broken');
    expect(store.calls).toBe(0);
  });
});

describe('a batch of 1,000 creates', () => {
  it('asks for each host once', async () => {
    const asked: string[] = [];
    const { admitTarget } = egressGuard({
      allowLoopback: false,
      allow: ['public'],
      resolveName: (name) => Promise.resolve(asked.push(name) > 0 ? ['93.184.216.34'] : []),
    });
    const { store, service } = setUp(admitTarget);
    const requests = Array.from({ length: 1_000 }, (_, i) =>
      withCleanup({ target: http({ url: `http://h${i % 20}.test/${i}` }) }),
    );
    const answers = await service.createBatch(requests);
    expect(answers.ok && answers.value.every(({ ok }) => ok)).toBe(true);
    expect(asked.sort()).toEqual(Array.from({ length: 20 }, (_, i) => `h${i}.test`).sort());
    expect(store.calls).toBe(1);
  });
});
