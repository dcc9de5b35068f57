import type { LawContext, StoreLaw } from './store-law.js';

/** Tries a law on a store of its own, in any test runner. Rejects if the store breaks the law. */
export async function runLaw(law: StoreLaw, open: () => Promise<LawContext>): Promise<void> {
  const context = await open();
  try {
    await law.run(context);
  } finally {
    await context.close();
  }
}
