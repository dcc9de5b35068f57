const MAX_ECHO_CHARS = 64;

/** A value as an error may show it: quoted, cut, and without what may be secret in a URL. */
export function echo(text: string): string {
  return JSON.stringify(cut(withoutSecrets(text)));
}

/** A value as a line of text may show it whole: quoted only if it would break the line or the terminal. */
export function inline(text: string): string {
  const harmless = withoutSecrets(text);
  return /^[^\p{C}\p{Z}"]+( [^\p{C}\p{Z}"]+)*$/u.test(harmless) ? harmless : JSON.stringify(harmless);
}

export function cut(text: string): string {
  return text.length > MAX_ECHO_CHARS ? `${text.slice(0, MAX_ECHO_CHARS)}...` : text;
}

/**
 * A URL loses its credentials, up to the last `@` since passwords are pasted as they are, and its query. What says of itself
 * that it is a secret is none any more: it may stand anywhere by mistake.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\/\/[^]*@/, '//...@')
    .replace(/(\/\/[^?#]*[?#])[^]+/, '$1...')
    .replace(/whsec_[^\s'",]*/g, 'whsec_...');
}
