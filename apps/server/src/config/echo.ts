const MAX_ECHO_CHARS = 64;

/** A value as an error may show it: quoted, cut, and without the credentials of a URL. */
export function echo(text: string): string {
  const harmless = text.replace(/\/\/[^/\s]*@/g, '//...@');
  return JSON.stringify(
    harmless.length > MAX_ECHO_CHARS ? `${harmless.slice(0, MAX_ECHO_CHARS)}...` : harmless,
  );
}
