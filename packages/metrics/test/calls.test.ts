import {
  credentials,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { type LeaseStore, StoreUnavailableError } from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { grpcCalls } from '../src/grpc-calls.js';
import { LoopLag } from '../src/system/loop-lag.js';
import { measuredStore } from '../src/store-calls.js';

/** Samples by name and labels. */
async function samples(registry: Registry): Promise<Readonly<Record<string, number>>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

describe('a measured store', () => {
  it('answers as the store does, and counts and times each verb', async () => {
    const clock = new ManualClock();
    const registry = new Registry();
    const seen: unknown[] = [];
    const store = {
      ...Object.fromEntries(['create', 'stats', 'close'].map((verb) => [verb, () => Promise.resolve(verb)])),
    } as unknown as Record<string, unknown>;
    store['get'] = async (...args: unknown[]) => {
      seen.push(...args);
      await clock.advance(30);
      return 'it';
    };
    store['ping'] = () => Promise.reject(new StoreUnavailableError('gone'));
    const verbs = ['renew', 'release', 'list', 'expireDue', 'claimCleanups', 'settleCleanups', 'getCleanup'];
    const rest = ['listCleanups', 'listAttempts', 'retryCleanups', 'forgetCleanups', 'pause', 'resume'];
    for (const verb of [...verbs, ...rest, 'collectionState', 'prune']) store[verb] = () => Promise.resolve();
    const measured = measuredStore(store as unknown as LeaseStore, registry, clock);
    expect(await measured.get('an-id')).toBe('it');
    expect(seen).toEqual(['an-id']);
    await expect(measured.ping()).rejects.toThrow('gone');
    expect(await measured.stats()).toBe('stats');
    expect(await samples(registry)).toMatchObject({
      'lease_store_call_duration_seconds_bucket{le="0.025",verb="get"}': 0,
      'lease_store_call_duration_seconds_bucket{le="0.1",verb="get"}': 1,
      'lease_store_call_duration_seconds_sum{verb="get"}': 0.03,
      'lease_store_call_duration_seconds_count{verb="ping"}': 1,
      'lease_store_errors_total{verb="ping"}': 1,
      'lease_store_errors_total{verb="get"}': 0,
      'lease_store_call_duration_seconds_count{verb="stats"}': 1,
    });
  });
});

describe('gRPC calls', () => {
  const asIs = (bytes: Buffer) => bytes;
  const method = (path: string) => ({
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  });
  const definition = {
    good: method('/test.Service/Good'),
    bad: method('/test.Service/Bad'),
    silent: method('/test.Service/Silent'),
  };
  type Handler = (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => void;

  it('are counted by method and code, and unknown methods make no series', async () => {
    const clock = new ManualClock();
    const registry = new Registry();
    const server = new Server({ interceptors: [grpcCalls(registry, clock)] });
    const handlers: Readonly<Record<string, Handler>> = {
      good: (call, answer) => void clock.advance(60).then(() => answer(null, call.request)),
      bad: (_, answer) => answer({ code: status.RESOURCE_EXHAUSTED, details: 'no' }),
      silent: () => undefined,
    };
    server.addService(definition, handlers);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    const Client = makeGenericClientConstructor({}, 'Service');
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const call = (path: string, deadlineMs = 5_000) =>
      new Promise<number>((resolve) => {
        const deadline = Date.now() + deadlineMs;
        client.makeUnaryRequest(path, asIs, asIs, Buffer.from('x'), { deadline }, (error) =>
          resolve(error?.code ?? status.OK),
        );
      });
    try {
      expect(await call('/test.Service/Good')).toBe(status.OK);
      expect(await call('/test.Service/Bad')).toBe(status.RESOURCE_EXHAUSTED);
      expect(await call('/test.Service/Silent', 100)).toBe(status.DEADLINE_EXCEEDED);
      for (let i = 0; i < 20; i += 1) expect(await call(`/test.Service/No${i}`)).toBe(status.UNIMPLEMENTED);
      const told = await vi.waitFor(async () => {
        const now = await samples(registry);
        const silent = 'lease_grpc_request_duration_seconds_count{method="test.Service/Silent"}';
        expect(now[silent]).toBe(1);
        return now;
      });
      expect(told).toMatchObject({
        'lease_grpc_requests_total{method="test.Service/Good",code="OK"}': 1,
        'lease_grpc_requests_total{method="test.Service/Good",code="UNAVAILABLE"}': 0,
        'lease_grpc_requests_total{method="test.Service/Bad",code="RESOURCE_EXHAUSTED"}': 1,
        'lease_grpc_requests_total{method="test.Service/Silent",code="DEADLINE_EXCEEDED"}': 1,
        'lease_grpc_request_duration_seconds_sum{method="test.Service/Good"}': 0.06,
      });
      const methods = new Set((await registry.metrics()).match(/method="[^"]+"/g));
      expect([...methods].sort()).toEqual(
        ['Bad', 'Good', 'Silent'].map((name) => `method="test.Service/${name}"`),
      );
    } finally {
      client.close();
      server.forceShutdown();
    }
  });
});

describe('event-loop lag', () => {
  it('is the longest delay of the last 30 s, whoever looks and however often', async () => {
    const clock = new ManualClock();
    const registry = new Registry();
    const lag = new LoopLag(registry, clock);
    const now = async () => (await samples(registry))['lease_event_loop_lag_seconds'];
    await clock.advance(1_000);
    expect(await now()).toBe(0);
    const stall = (ms: number) => {
      // Time passes, and no timer runs: what a held-up loop looks like.
      const real = clock.monotonicMs.bind(clock);
      clock.monotonicMs = () => real() + ms;
    };
    stall(2_000);
    await clock.advance(100);
    expect(await now()).toBe(2);
    expect(await now()).toBe(2);
    await clock.advance(29_000);
    expect(await now()).toBe(2);
    await clock.advance(2_000);
    expect(await now()).toBe(0);
    lag.stop();
    expect(clock.pending).toBe(0);
  });
});
