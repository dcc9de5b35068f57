const MAX_ECHO_CHARS = 64;

/** A value as an error may show it: quoted, cut, and without secrets. */
export function echo(text: string): string {
  const harmless = withoutSecrets(text);
  return JSON.stringify(
    harmless.length > MAX_ECHO_CHARS ? `${harmless.slice(0, MAX_ECHO_CHARS)}...` : harmless,
  );
}

/** Without the credentials of a URL, and without what says of itself that it is a secret: it may stand anywhere by mistake. */
export function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/\s]*@/g, '//...@').replace(/whsec_[^\s'",]*/g, 'whsec_...');
}
