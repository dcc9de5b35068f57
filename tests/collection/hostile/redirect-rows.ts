import { answers } from './answers.js';
import { httpRow } from './http-rows.js';
import type { HostileRow } from './row.js';

/** Redirects, each to the trap and to the endpoint itself, in every way to write it. Who follows one calls a stranger. */
export function redirectRows(trapPort: number): readonly HostileRow[] {
  return [301, 302, 303, 307, 308].flatMap((status) =>
    [`http://127.0.0.1:${trapPort}/`, `//127.0.0.1:${trapPort}/`, '/trap', 'trap', '?trap'].map((location) =>
      httpRow(
        `${status} to ${location.replace(String(trapPort), 'TRAP')}`,
        'terminal',
        answers(status, { location }),
      ),
    ),
  );
}
