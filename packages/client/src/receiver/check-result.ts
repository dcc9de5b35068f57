import type { CleanupResult } from './cleanup.js';

/** gRPC sends it in a header, of which many implementations refuse more than 8 KiB in all. */
const MAX_DETAIL = 1_024;

/** What a handler returned, or TypeError: it may be written without types. `detail` is cut to 1,024 characters. */
export function checkResult(returned: unknown): CleanupResult {
  if (returned === undefined) return { kind: 'done' };
  const { kind, detail = '', afterMs } = Object(returned) as Record<string, unknown>;
  if (kind === 'done' || kind === 'gone') return { kind };
  if ((kind === 'retry' || kind === 'fail') && typeof detail === 'string') {
    const cut = detail.slice(0, MAX_DETAIL);
    if (kind === 'fail' || afterMs === undefined) return { kind, detail: cut };
    if (typeof afterMs === 'number' && Number.isSafeInteger(Math.ceil(afterMs)) && afterMs >= 0) {
      return { kind, detail: cut, afterMs };
    }
  }
  throw new TypeError('a handler must return nothing or a CleanupResult');
}
