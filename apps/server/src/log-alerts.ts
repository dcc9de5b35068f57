import type { Notify } from '@lease/metrics';
import type { Logger } from 'pino';

/** Writes one line when an alert fires, and one when it is over. */
export function logAlerts(log: Logger): Notify {
  return ({ name, severity, state, summary, since, value, limit }) => {
    const fields = { alert: name, severity, state, since, value, limit };
    if (state === 'resolved') log.info(fields, `alert resolved: ${summary}`);
    else if (severity === 'critical') log.error(fields, `alert: ${summary}`);
    else log.warn(fields, `alert: ${summary}`);
  };
}
