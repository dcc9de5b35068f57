/** Every fault that a run has to inject, as a coverage counts it. */
export const FAULT_KINDS: readonly string[] = [
  'crash',
  'crash-at-call',
  'restart',
  'freeze',
  'zombie-granted',
  'zombie-sent',
  'lost-claims',
  'blackout',
  'store-out-before',
  'store-out-after',
  'store-out-silent',
  'store-restart',
  'store-clock-leap',
  'wall-step',
  'partition',
  'client-crash',
  'client-block',
  ...['client', 'store', 'callback'].flatMap((link) =>
    ['late', 'duplicated', 'request-lost', 'reply-lost', 'cut-off'].map((harm) => `${link}-${harm}`),
  ),
  ...['slow', 'failing', 'terminal', 'hanging', 'closing', 'refusing', 'forbidden', 'missing', 'lying'].map(
    (conduct) => `endpoint-${conduct}`,
  ),
];
