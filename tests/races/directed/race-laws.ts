import { claimLaws } from './claims.js';
import { clockLaws } from './clocks.js';
import { createLaws } from './creates.js';
import { endLaws } from './ends.js';
import { lockLaws } from './locks.js';
import { lostReplyLaws } from './lost-replies.js';
import { operatorLaws } from './operators.js';
import type { RaceLaw } from './race-law.js';

/** What holds however two calls meet on PostgreSQL. */
export const raceLaws: readonly RaceLaw[] = [
  ...endLaws,
  ...claimLaws,
  ...createLaws,
  ...operatorLaws,
  ...clockLaws,
  ...lockLaws,
  ...lostReplyLaws,
];
