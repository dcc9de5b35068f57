import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, describe, it, onTestFinished } from 'vitest';
import { eventually, throughout } from './eventually.js';
import { FaultProxy } from './fault-proxy.js';
import { unusedPort } from './unused-port.js';

/** What one end of a connection has seen. */
function seenBy(socket: Socket) {
  const seen = { text: '', ended: false, closed: false, error: '' };
  socket.setEncoding('utf8').on('data', (text: string) => (seen.text += text));
  socket.on('end', () => (seen.ended = true));
  socket.on('close', () => (seen.closed = true));
  socket.on('error', (error: NodeJS.ErrnoException) => (seen.error = error.code ?? error.message));
  return seen;
}

/** A caller, through the proxy, and the connection that it got. */
async function connected() {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await FaultProxy.start((server.address() as AddressInfo).port);
  onTestFinished(async () => {
    await proxy[Symbol.asyncDispose]();
    server.close();
  });
  const call = async () => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const caller = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    const [target] = await accepted;
    onTestFinished(() => {
      caller.destroy();
      target.destroy();
    });
    return { caller, target, atCaller: seenBy(caller), atTarget: seenBy(target) };
  };
  return { proxy, call, ...(await call()) };
}

describe('the fault proxy', () => {
  it('passes on what is said and how it ends, both ways', async () => {
    const { proxy, caller, target, atCaller, atTarget } = await connected();
    caller.end('question');
    await eventually(() => expect(atTarget).toMatchObject({ text: 'question', ended: true, closed: false }));
    target.end('answer');
    await eventually(() => expect(atCaller).toMatchObject({ text: 'answer', ended: true, error: '' }));
    await eventually(() => expect(proxy.links).toBe(0));
  });

  it('passes on more than fits into the buffers, in order', async () => {
    const { caller, atTarget } = await connected();
    const text = Array.from({ length: 400_000 }, (_, i) => `${i};`).join('');
    caller.end(text);
    await eventually(() => expect(atTarget.ended).toBe(true));
    expect(atTarget.text === text).toBe(true);
  });

  it('is a black hole while it is paused, for new connections too, and loses nothing', async () => {
    const { proxy, call, caller, atTarget } = await connected();
    proxy.pause();
    caller.write('early');
    const later = await call();
    later.caller.write('late');
    await throughout(100, () => expect([atTarget.text, later.atTarget.text]).toEqual(['', '']));
    expect(later.atCaller.closed).toBe(false);
    proxy.resume();
    await eventually(() => expect([atTarget.text, later.atTarget.text]).toEqual(['early', 'late']));
  });

  it('delays each way, and keeps the order', async () => {
    const { proxy, caller, target, atCaller, atTarget } = await connected();
    target.on('data', () => target.write('pong'));
    proxy.delay(100);
    const startMs = performance.now();
    caller.write('ping');
    await eventually(() => expect(atCaller.text).toBe('pong'), { everyMs: 1 });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(200);
    caller.write('a');
    proxy.delay(0);
    caller.write('b');
    await eventually(() => expect(atTarget.text).toBe('pingab'));
  });

  it('resets both sides of what is open, and connects again', async () => {
    const { proxy, call, atCaller, atTarget } = await connected();
    expect(proxy.reset()).toBe(1);
    await eventually(() => expect([atCaller.error, atTarget.error]).toEqual(['ECONNRESET', 'ECONNRESET']));
    const again = await call();
    again.caller.write('hello');
    await eventually(() => expect(again.atTarget.text).toBe('hello'));
  });

  it('closes one half: the other goes on', async () => {
    const { proxy, caller, target, atCaller, atTarget } = await connected();
    caller.write('question');
    await eventually(() => expect(atTarget.text).toBe('question'));
    proxy.halfClose('request');
    await eventually(() => expect(atTarget.ended).toBe(true));
    target.write('answer');
    await eventually(() => expect(atCaller).toMatchObject({ text: 'answer', ended: false }));
    caller.write('unheard');
    await throughout(50, () => expect(atTarget.text).toBe('question'));
  });

  it('cuts a message in the middle, in one direction, once', async () => {
    const { proxy, call, caller, target, atCaller, atTarget } = await connected();
    proxy.cutNext('answer', 3);
    caller.write('question');
    await eventually(() => expect(atTarget.text).toBe('question'));
    target.write('answer');
    // Some kernels tell of the end of a connection that was reset behind data, others of the reset.
    await eventually(() => expect(atCaller.ended || atCaller.error === 'ECONNRESET').toBe(true));
    expect(atCaller.text).toBe('ans');
    await eventually(() => expect(proxy.links).toBe(0));
    const again = await call();
    again.target.write('answer');
    await eventually(() => expect(again.atCaller.text).toBe('answer'));
  });

  it('refuses as the target does', async () => {
    const proxy = await FaultProxy.start(await unusedPort());
    onTestFinished(() => proxy[Symbol.asyncDispose]());
    const atCaller = seenBy(connect(proxy.port, '127.0.0.1'));
    await eventually(() => expect(atCaller.closed).toBe(true));
    expect(atCaller.text).toBe('');
  });
});
