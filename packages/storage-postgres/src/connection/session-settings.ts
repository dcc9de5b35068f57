/** What each statement runs under, by PostgreSQL's names for it. */
export type SessionSettings = Readonly<Record<string, string>>;

/** Of `callTimeoutMs`: the server gives up first, so that a slow statement costs no connection. */
const STATEMENT_SHARE = 0.8;
/** Of `callTimeoutMs`, at most a second: whoever waits for a row holds others; better to let go and come again. */
const LOCK_SHARE = 0.25;
const MAX_LOCK_WAIT_MS = 1_000;

/**
 * The planner's settings are about plans that were made while the tables were small and are kept for ever: a generic
 * plan that prefers indexes serves every size. Just-in-time compilation took ten times as long as the batches it was for.
 */
export function sessionSettings(callTimeoutMs: number): SessionSettings {
  return {
    statement_timeout: String(Math.floor(callTimeoutMs * STATEMENT_SHARE)),
    lock_timeout: String(lockWaitMs(callTimeoutMs)),
    plan_cache_mode: 'force_generic_plan',
    jit: 'off',
    enable_seqscan: 'off',
    default_transaction_isolation: 'read committed',
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    // Names are qualified; nothing that somebody put into another schema is ever called instead.
    search_path: 'pg_catalog, pg_temp',
  };
}

/** How long a statement waits for a row at most. */
export function lockWaitMs(callTimeoutMs: number): number {
  return Math.floor(Math.min(MAX_LOCK_WAIT_MS, callTimeoutMs * LOCK_SHARE));
}

/** The same for one transaction, where a pooler lends another session each time. */
export function localSettings(settings: SessionSettings): string {
  const { default_transaction_isolation: isolation = 'read committed', ...rest } = settings;
  const all = {
    ...rest,
    // A process that freezes between the statements of the transaction pins its locks no longer than this.
    idle_in_transaction_session_timeout: settings['statement_timeout'] ?? '0',
  };
  const assignments = Object.entries(all).map(([name, value]) => `set local ${name} = ${quote(name, value)}`);
  return [`begin isolation level ${isolation}`, ...assignments].join('; ');
}

/** A search path is a list of names, and quoted as a whole it would be one name. */
const quote = (name: string, value: string) => (name === 'search_path' ? value : `'${value}'`);
