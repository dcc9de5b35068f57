import type { Story } from '../story.js';

/** A history that breaks a promise, and which. */
export type Illegal = readonly [promise: string, what: string, tell: () => Story];

export type Legal = readonly [what: string, tell: () => Story];

/** What is told about one that is well known. */
export function but(base: () => Story, change: (story: Story) => void): () => Story {
  return () => {
    const story = base();
    change(story);
    return story;
  };
}
