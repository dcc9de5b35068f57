import http2 from 'node:http2';
import { Metadata, status } from '@grpc/grpc-js';
import type { AttemptResult } from '@lease/core';
import { CleanupReason, encodeStatusDetails, STATUS_DETAILS_KEY } from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { GrpcExecutor } from '../src/index.js';
import { CLEANUP, grpcClaim, LAST_LEASE, LEASE, local } from './claims.js';
import { type Behaviour, handlerServer } from './handler-server.js';
import { framed, GRPC_HEADERS, http2Server, tcpServer } from './raw-server.js';

const never = new AbortController().signal;
const done: Behaviour = (_, answer) => answer(null, {});

describe('GrpcExecutor', () => {
  const executor = () => new GrpcExecutor({ guard: local });

  /** One attempt, by an executor of its own. */
  async function attempt(behaviour: Behaviour, timeoutMs?: number): Promise<AttemptResult> {
    await using server = await handlerServer(behaviour);
    const one = executor();
    const result = await one.execute(grpcClaim(server.address, timeoutMs ? { timeoutMs } : {}), never);
    await one.close();
    return result;
  }

  it('S7: tells the handler all that an HTTP endpoint is told, and the deadline', async () => {
    await using server = await handlerServer(done);
    const one = executor();
    const startMs = Date.now();
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({
      kind: 'done',
      statusCode: 0,
    });
    await one.close();
    const [call] = server.calls;
    expect(call?.request).toEqual({
      leaseId: LEASE,
      serviceId: 'service-a',
      metadata: new Map([['__proto__', 'kept']]),
      payload: '{"p":1}',
      objectId: 'b/1',
      objectType: 'blob',
      lastLeaseId: LAST_LEASE,
      reason: CleanupReason.EXPIRED,
      dueTime: new Date(1_767_225_600_123),
      cleanupId: CLEANUP,
      generation: 2n ** 52n + 1n,
      fence: 2n ** 52n + 3n,
      attempt: 7,
    });
    expect(Number(call?.getDeadline())).toBeGreaterThan(startMs + 4_000);
    expect(Number(call?.getDeadline())).toBeLessThan(startMs + 7_000);
  });

  describe('what a status means', () => {
    const fails = { kind: 'fail', abandonReason: 'TERMINAL_ANSWER' };
    const answered = { kind: 'retry', contact: 'answered' };
    const aboutCleanup = { ...answered, cause: 'cleanup' };
    const undecided = { kind: 'retry', contact: 'unanswered' };
    it.each([
      [status.CANCELLED, undecided],
      [status.UNKNOWN, answered],
      [status.INVALID_ARGUMENT, fails],
      [status.DEADLINE_EXCEEDED, undecided],
      [status.NOT_FOUND, { kind: 'done' }],
      [status.ALREADY_EXISTS, aboutCleanup],
      [status.PERMISSION_DENIED, fails],
      [status.RESOURCE_EXHAUSTED, answered],
      [status.FAILED_PRECONDITION, aboutCleanup],
      [status.ABORTED, aboutCleanup],
      [status.OUT_OF_RANGE, aboutCleanup],
      [status.UNIMPLEMENTED, fails],
      [status.INTERNAL, answered],
      [status.UNAVAILABLE, answered],
      [status.DATA_LOSS, answered],
      [status.UNAUTHENTICATED, fails],
    ])('%i from the handler', async (code, expected) => {
      const result = await attempt((_, answer) => answer({ code, details: 'because' }));
      expect(result).toMatchObject({ ...expected, detail: `${status[code]}: because` });
      expect('cause' in result).toBe('cause' in expected);
      expect('statusCode' in result ? result.statusCode : code).toBe(code);
    });

    it('a code that gRPC does not have is UNKNOWN', async () => {
      const result = await attempt((_, answer) => answer(Object.assign(new Error('odd'), { code: 99 })));
      expect(result).toEqual({ kind: 'retry', contact: 'answered', statusCode: 2, detail: 'UNKNOWN: odd' });
    });

    it('an exception in the handler is an answer to be retried', async () => {
      const result = await attempt(() => {
        throw new Error('oops');
      });
      expect(result).toMatchObject({ kind: 'retry', contact: 'answered', statusCode: status.UNKNOWN });
    });

    it('S1: an endpoint that says that an earlier attempt still runs has not answered', async () => {
      const metadata = new Metadata();
      metadata.set('lease-running', '1');
      const result = await attempt((_, answer) => answer({ code: status.UNAVAILABLE, metadata }));
      expect(result).toMatchObject({ kind: 'retry', contact: 'unanswered', cause: 'cleanup' });
    });

    it('RetryInfo says when to try again', async () => {
      const metadata = new Metadata();
      const error = { code: status.UNAVAILABLE, message: 'busy', retryAfterMs: 90_000 };
      metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails(error));
      const result = await attempt((_, answer) => answer({ code: status.UNAVAILABLE, metadata }));
      expect(result).toMatchObject({ kind: 'retry', contact: 'answered', retryAfterMs: 90_000 });
    });

    it('details that are garbage say nothing', async () => {
      const metadata = new Metadata();
      metadata.set(STATUS_DETAILS_KEY, Buffer.from([0xff, 0xff]));
      const result = await attempt((_, answer) => answer({ code: status.UNAVAILABLE, metadata }));
      expect(result).toMatchObject({ kind: 'retry', contact: 'answered' });
      expect(result).not.toHaveProperty('retryAfterMs');
    });
  });

  describe('S1: when nobody knows whether the handler is still at it', () => {
    it('a handler that says nothing within the timeout was not answered', async () => {
      const startMs = performance.now();
      const result = await attempt(() => undefined, 300);
      expect(result).toMatchObject({ kind: 'retry', contact: 'unanswered' });
      expect(result).not.toHaveProperty('statusCode');
      expect(performance.now() - startMs).toBeLessThan(2_000);
    });

    it.each<[string, Parameters<typeof http2Server>[0]]>([
      ['a connection that drops with the request in it', (_, session) => session.destroy()],
      ['a stream that is reset', (stream) => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)],
      ['a stream that is refused', (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)],
      [
        'headers, then a dropped connection',
        (stream, session) => {
          stream.respond(GRPC_HEADERS);
          setImmediate(() => session.destroy());
        },
      ],
      [
        'headers, then an error in bare trailers, which looks the same',
        (stream) => {
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '14' }));
          stream.respond(GRPC_HEADERS, { waitForTrailers: true });
          stream.end();
        },
      ],
      [
        'an answer beyond 64 KiB',
        (stream) => {
          stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
          stream.respond(GRPC_HEADERS, { waitForTrailers: true });
          stream.end(framed(Buffer.alloc(64 * 1024 + 1)));
        },
      ],
    ])('%s was not answered', async (_, behaviour) => {
      await using server = await http2Server(behaviour);
      const one = executor();
      const result = await one.execute(grpcClaim(server.address), never);
      expect(result).toMatchObject({ kind: 'retry', contact: 'unanswered' });
      expect(result).not.toHaveProperty('statusCode');
      await one.close();
    });
  });

  it.each<[string, Buffer]>([
    ['an answer of 64 KiB', Buffer.alloc(64 * 1024)],
    ['an answer that is no message', Buffer.from([0xff, 0xff, 0xff])],
  ])('%s with status OK means that the object is gone', async (_, message) => {
    await using server = await http2Server((stream) => {
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.respond(GRPC_HEADERS, { waitForTrailers: true });
      stream.end(framed(message));
    });
    const one = executor();
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({
      kind: 'done',
      statusCode: 0,
    });
    await one.close();
  });

  it('a web server that knows no gRPC is terminal', async () => {
    await using server = await http2Server((stream) => {
      stream.respond({ ':status': 404, 'content-type': 'text/html' });
      stream.end('<h1>not here</h1>');
    });
    const one = executor();
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({
      kind: 'fail',
      statusCode: 12,
    });
    await one.close();
  });

  describe('when nothing was sent', () => {
    const unreached = { kind: 'retry', contact: 'unreached' };

    it('a refused connection', async () => {
      const gone = await tcpServer(() => undefined);
      await gone[Symbol.asyncDispose]();
      const one = executor();
      const result = await one.execute(grpcClaim(gone.address), never);
      expect(result).toMatchObject(unreached);
      expect(result.detail).toMatch(/^UNAVAILABLE: .*ECONNREFUSED/);
      await one.close();
    });

    it('a name that does not exist', async () => {
      const one = executor();
      const result = await one.execute(grpcClaim('no-such-host.invalid:50051'), never);
      expect(result).toMatchObject(unreached);
      await one.close();
    });

    it('a peer that accepts and never says a word, within the timeout', async () => {
      const one = executor();
      await using silent = await tcpServer(() => undefined);
      const result = await one.execute(grpcClaim(silent.address, { timeoutMs: 300 }), never);
      expect(result).toMatchObject(unreached);
      await one.close();
    });

    it('a peer that hangs up', async () => {
      const one = executor();
      await using rude = await tcpServer((socket) => socket.once('data', () => socket.destroy()));
      expect(await one.execute(grpcClaim(rude.address), never)).toMatchObject(unreached);
      await one.close();
    });

    it('a peer that speaks no TLS', async () => {
      await using server = await handlerServer(done);
      const one = executor();
      const result = await one.execute(grpcClaim(server.address, { tls: true }), never);
      expect(result).toMatchObject(unreached);
      expect(server.calls).toHaveLength(0);
      await one.close();
    });
  });
});
