import { systemClock, systemRandom, type Clock, type Random } from '@lease/core';
import type { DatabaseOptions } from './database-options.js';
import { quoteSchema } from './quote-schema.js';
import { parseTarget, type Target } from './target.js';

/** The options, checked and complete. */
export interface SettledOptions {
  readonly target: Target;
  readonly schema: { readonly name: string; readonly quoted: string };
  readonly maxConnections: number;
  readonly callTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

const MIN_CONNECTIONS = 2;
const MIN_CALL_TIMEOUT_MS = 100;
/** An hour: beyond it a deadline is none. */
const MAX_CALL_TIMEOUT_MS = 3_600_000;

/** Throws a `TypeError` that names the option. */
export function settleOptions(options: DatabaseOptions): SettledOptions {
  const { schema = 'lease', maxConnections = 10, callTimeoutMs = 5_000 } = options;
  if (!Number.isInteger(maxConnections) || maxConnections < MIN_CONNECTIONS) {
    throw new TypeError(
      `maxConnections must be an integer of at least ${MIN_CONNECTIONS}: ${maxConnections}`,
    );
  }
  if (!(callTimeoutMs >= MIN_CALL_TIMEOUT_MS && callTimeoutMs <= MAX_CALL_TIMEOUT_MS)) {
    throw new TypeError(
      `callTimeoutMs must be ${MIN_CALL_TIMEOUT_MS} to ${MAX_CALL_TIMEOUT_MS}: ${callTimeoutMs}`,
    );
  }
  return {
    target: parseTarget(options.url),
    schema: { name: schema, quoted: quoteSchema(schema) },
    maxConnections,
    callTimeoutMs,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
