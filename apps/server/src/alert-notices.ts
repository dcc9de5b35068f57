import { systemClock, systemRandom } from '@lease/core';
import type { CallbackSigner } from '@lease/core/http';
import { alertWebhook, type Notify } from '@lease/metrics';
import type { Logger } from 'pino';
import type { Config } from './config/settings.js';

/** Tells the log of alerts, and the operator's webhook if there is one. */
export function notifier(
  { alertWebhook: url }: Pick<Config, 'alertWebhook'>,
  log: Logger,
  sign: CallbackSigner | undefined,
): Notify {
  const tellLog = logAlerts(log);
  if (url === '') return tellLog;
  const post = alertWebhook({
    url,
    sign: sign ?? (() => ({})),
    clock: systemClock,
    random: systemRandom,
    ended: (result, why) => {
      if (result !== 'delivered')
        log.error({ result, why }, 'a notice of an alert did not reach --alert-webhook');
    },
  });
  return (notice) => {
    tellLog(notice);
    post(notice);
  };
}

/** Writes one line when an alert fires, and one when it is over. */
function logAlerts(log: Logger): Notify {
  return ({ name, severity, state, summary, since, value, limit }) => {
    const fields = { alert: name, severity, state, since, value, limit };
    if (state === 'resolved') log.info(fields, `alert resolved: ${summary}`);
    else if (severity === 'critical') log.error(fields, `alert: ${summary}`);
    else log.warn(fields, `alert: ${summary}`);
  };
}
