// Loaded before a server (`node --import`), sets its wall clock wrong by TORTURE_SKEW_MS, and lets it step back and forth.
import { env } from 'node:process';

const skewMs = Number(env['TORTURE_SKEW_MS'] ?? 0);
const trueNow = Date.now.bind(Date);
/** Another quarter of it every second. */
const now = () => trueNow() + Math.round(skewMs * (0.25 + 0.25 * (Math.floor(trueNow() / 1_000) % 4)));

Date.now = now;
globalThis.Date = new Proxy(Date, {
  construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self),
});
