import { type ServerInterceptor, ServerInterceptingCall, status } from '@grpc/grpc-js';
import type { Clock } from '@lease/core';
import { Counter, Histogram, type Registry } from 'prom-client';

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 5, 10];

/** Paths reach an interceptor only if a service was registered for them; this holds if that should ever change. */
const MAX_METHODS = 64;

/** Timers fire up to a millisecond early; the rest is for rounding. */
const TIMER_TICK_MS = 5;

/** Codes of our own failures. They are shown from a method's first call on, so that the first failure is seen to grow. */
const FAILURES = ['UNKNOWN', 'DEADLINE_EXCEEDED', 'INTERNAL', 'UNAVAILABLE'] as const;

/**
 * Times and counts the calls of a server of grpc-js, by method and by the code that they end with: pass it in the
 * server's `interceptors`. A stream counts when it ends.
 */
export function grpcCalls(registry: Registry, clock: Clock): ServerInterceptor {
  const registers = [registry];
  const requests = new Counter({
    name: 'lease_grpc_requests_total',
    help: 'gRPC calls that ended, by method and code.',
    labelNames: ['method', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'lease_grpc_request_duration_seconds',
    help: 'gRPC calls that ended, by method, from the request to the status.',
    labelNames: ['method'],
    buckets: BUCKETS,
    registers,
  });
  const methods = new Set<string>();
  const labelOf = (path: string): string => {
    const method = path.replace(/^\//, '');
    if (methods.has(method)) return method;
    if (methods.size >= MAX_METHODS) return 'other';
    methods.add(method);
    for (const code of FAILURES) requests.inc({ method, code }, 0);
    return method;
  };
  return ({ path }, call) => {
    const startMs = clock.monotonicMs();
    const method = labelOf(path);
    let over = false;
    const end = (code: number) => {
      if (over) return;
      over = true;
      requests.inc({ method, code: status[code] ?? 'UNKNOWN' });
      durations.observe({ method }, (clock.monotonicMs() - startMs) / 1_000);
    };
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onCancel: () => {
            // grpc-js answers a deadline past the interceptors, which see it as a cancellation: by its own clock, within
            // a tick of its timer.
            const late = Number(call.getDeadline()) <= Date.now() + TIMER_TICK_MS;
            end(late ? status.DEADLINE_EXCEEDED : status.CANCELLED);
          },
        });
      },
      sendStatus: (answer, next) => {
        end(answer.code);
        next(answer);
      },
    });
  };
}
