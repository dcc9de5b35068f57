import { abandonedLaws } from './laws/abandoned.js';
import { ambiguityLaws } from './laws/ambiguity.js';
import { batchLaws } from './laws/batches.js';
import { brakeLaws } from './laws/brake.js';
import { budgetLaws } from './laws/budget.js';
import { claimLaws } from './laws/claim.js';
import { claimLossLaws } from './laws/claim-loss.js';
import { clockLaws } from './laws/clock.js';
import { closingLaws } from './laws/closing.js';
import { createLaws } from './laws/create.js';
import { durableLaws } from './laws/durable.js';
import { expiryLaws } from './laws/expiry.js';
import { fenceLaws } from './laws/fences.js';
import { gapLaws } from './laws/gap.js';
import { hostileLaws } from './laws/hostile.js';
import { idempotencyLaws } from './laws/idempotency.js';
import { keepLaws } from './laws/keep.js';
import { liftedBrakeLaws } from './laws/lifted-brake.js';
import { listingLaws } from './laws/listing.js';
import { ownershipLaws } from './laws/ownership.js';
import { pauseLaws } from './laws/pause.js';
import { pruneLaws } from './laws/prune.js';
import { quotaLaws } from './laws/quota.js';
import { recoveryLaws } from './laws/recovery.js';
import { releaseLaws } from './laws/release.js';
import { renewLaws } from './laws/renew.js';
import { restartTimeLaws } from './laws/restart-time.js';
import { revivalLaws } from './laws/revival.js';
import { settleLaws } from './laws/settle.js';
import { statsLaws } from './laws/stats.js';
import type { StoreLaw } from './store-law.js';

/** What every `LeaseStore` promises. A store keeps all of them; there is nothing to switch off. */
export const storeLaws: readonly StoreLaw[] = [
  ...createLaws,
  ...idempotencyLaws,
  ...renewLaws,
  ...releaseLaws,
  ...keepLaws,
  ...expiryLaws,
  ...revivalLaws,
  ...ambiguityLaws,
  ...ownershipLaws,
  ...quotaLaws,
  ...claimLaws,
  ...claimLossLaws,
  ...settleLaws,
  ...budgetLaws,
  ...abandonedLaws,
  ...fenceLaws,
  ...gapLaws,
  ...recoveryLaws,
  ...brakeLaws,
  ...liftedBrakeLaws,
  ...pauseLaws,
  ...clockLaws,
  ...listingLaws,
  ...statsLaws,
  ...pruneLaws,
  ...batchLaws,
  ...hostileLaws,
  ...closingLaws,
];

/** What a store promises beyond {@link storeLaws} if its data outlive the process: what {@link LawContext.reopen} may not lose. */
export const durableStoreLaws: readonly StoreLaw[] = [...durableLaws, ...restartTimeLaws];
