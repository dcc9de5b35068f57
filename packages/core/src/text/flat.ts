/**
 * The same text in one piece, for what a store keeps by the hundred thousand. V8 keeps a text that was added up as the tree
 * of its pieces, and one that was cut out of another as a part of it: a SHA-256 in hex, added up byte by byte, takes 870
 * bytes, a UUID of the platform's 480, the origin of a URL 155. Joined they take 80, 56 and 40.
 */
export function flat(text: string): string {
  const middle = text.length >> 1;
  return [text.slice(0, middle), text.slice(middle)].join('');
}
