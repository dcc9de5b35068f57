import { describe, expect, it } from 'vitest';
import { call } from './call.js';
import { Coverage } from './coverage.js';
import { Dice } from './dice.js';
import { Network, type Weather } from './network.js';
import { Process } from './process.js';
import { Scheduler } from './scheduler.js';
import { Trace } from './trace.js';

const CLEAR: Weather = {
  minDelayMs: 1,
  maxDelayMs: 2,
  late: 0,
  lateMs: 0,
  requestLost: 0,
  replyLost: 0,
  duplicated: 0,
};

function world(weather: Partial<Weather> = {}) {
  const scheduler = new Scheduler();
  const coverage = new Coverage();
  const trace = new Trace(scheduler, true);
  const all = { ...CLEAR, ...weather };
  const network = new Network(
    scheduler,
    new Dice(1),
    { client: all, store: all, callback: all },
    { trace, coverage },
  );
  const process = (name: string) => new Process(scheduler, { name, wallErrorMs: 0, monotonicOriginMs: 100 });
  let served = 0;
  const ask = (from: Process, to: Process) =>
    call(network, {
      from,
      to,
      link: 'client',
      label: 'ask',
      timeoutMs: 50,
      serve: () => Promise.resolve((served += 1)),
      refused: (sent) => new Error(sent ? 'reset' : 'refused'),
      timedOut: () => new Error('timeout'),
    }).then(String, (error: unknown) => (error as Error).message);
  return { scheduler, network, process, ask, served: () => served };
}

describe('the simulated world', () => {
  it('runs events in the order of their instants, then of their making, and lets promises go on in between', async () => {
    const scheduler = new Scheduler();
    const seen: string[] = [];
    scheduler.after(5, () => {
      seen.push('second');
      void Promise.resolve().then(() => seen.push('its promise'));
    });
    scheduler.after(5, () => seen.push('third'));
    scheduler.after(1, () => seen.push('first'));
    scheduler.after(2, () => seen.push('cancelled'))();

    await scheduler.runUntil(10);

    expect(seen).toEqual(['first', 'second', 'its promise', 'third']);
    expect(scheduler.nowMs).toBe(10);
  });

  it('asks and answers over the network', async () => {
    const { scheduler, process, ask } = world();
    const answer = ask(process('a'), process('b'));
    await scheduler.runUntil(10);
    expect(await answer).toBe('1');
  });

  it('a lost request has no effect, a lost reply has; both end at the timeout', async () => {
    const lostRequest = world({ requestLost: 1 });
    const first = lostRequest.ask(lostRequest.process('a'), lostRequest.process('b'));
    await lostRequest.scheduler.runUntil(60);
    expect([await first, lostRequest.served()]).toEqual(['timeout', 0]);

    const lostReply = world({ replyLost: 1 });
    const second = lostReply.ask(lostReply.process('a'), lostReply.process('b'));
    await lostReply.scheduler.runUntil(60);
    expect([await second, lostReply.served()]).toEqual(['timeout', 1]);
  });

  it('a repeated request has its effect twice and is answered once', async () => {
    const { scheduler, process, ask, served } = world({ duplicated: 1 });
    const answer = ask(process('a'), process('b'));
    await scheduler.runUntil(10);
    // Either reply may come first.
    expect(['1', '2']).toContain(await answer);
    expect(served()).toBe(2);
  });

  it('nothing passes a partition until it is over', async () => {
    const { scheduler, network, process, ask } = world();
    const [a, b] = [process('a#1'), process('b#1')];
    network.cut('a', 'b', 100);
    const during = ask(a, b);
    await scheduler.runUntil(101);
    const after = ask(a, b);
    await scheduler.runUntil(200);
    expect([await during, await after]).toEqual(['timeout', '1']);
  });

  it('a dead process refuses, and one that dies with a request resets the connection', async () => {
    const { scheduler, process, ask } = world();
    const [a, b, dead] = [process('a'), process('b'), process('dead')];
    dead.kill();
    const refused = ask(a, dead);
    const reset = ask(a, b);
    b.kill();
    await scheduler.runUntil(10);
    expect([await refused, await reset]).toEqual(['refused', 'reset']);
  });

  it('in a dead process nothing goes on', async () => {
    const { scheduler, process, ask } = world();
    const [a, b] = [process('a'), process('b')];
    const seen: string[] = [];
    void ask(a, b).then((answer) => seen.push(answer));
    a.clock.schedule(5, () => seen.push('timer'));
    a.kill();
    await scheduler.runUntil(100);
    expect(seen).toEqual([]);
  });

  it.each([
    { sent: true, served: 2 },
    { sent: false, served: 1 },
  ])('a fuse kills at a call, which was sent: $sent', async ({ sent, served }) => {
    const { scheduler, process, ask, ...rest } = world();
    const [a, b] = [process('a'), process('b')];
    a.armFuse(1, sent);
    void ask(a, b);
    void ask(a, b);
    expect(a.alive).toBe(false);
    await scheduler.runUntil(100);
    expect(rest.served()).toBe(served);
  });

  it('what comes to a paused process waits; its clock runs on; the first to know is who listens for the end', async () => {
    const { scheduler, process } = world();
    const a = process('a');
    const seen: string[] = [];
    a.onWake(() => seen.push(`awake at ${a.clock.monotonicMs()}`));
    a.clock.schedule(10, () => seen.push(`timer at ${a.clock.monotonicMs()}`));
    a.pause(30);
    await scheduler.runUntil(29);
    expect([seen, a.clock.monotonicMs()]).toEqual([[], 129]);
    await scheduler.runUntil(30);
    expect(seen).toEqual(['awake at 130', 'timer at 130']);
  });

  it('a step of the wall clock moves nothing else', () => {
    const { process } = world();
    const a = process('a');
    const before = a.clock.wallMs();
    a.stepWall(-86_400_000);
    expect(a.clock.wallMs()).toBe(before - 86_400_000);
    expect(a.clock.monotonicMs()).toBe(100);
  });
});
