import { duration, webhookUrl } from '../kinds.js';
import { setting } from './setting.js';

/** What alarms, and who is told. */
export const ALERT_SETTINGS = {
  alertOldestDueMs: setting(duration('1s', '24h'), {
    default: '60s',
    doc: 'a cleanup that waits for its attempt for longer raises an alert',
    reason: 'A minute is far beyond what a collector that keeps up needs, and less than what users notice.',
  }),
  alertWebhook: setting(webhookUrl, {
    default: '',
    doc: 'a URL to which alerts are posted as they fire and as they end, signed if there are signing secrets',
    reason: 'For where no Prometheus watches. Alerts are logged, and told on /alerts, in any case.',
    secret: 'value',
  }),
} as const;
