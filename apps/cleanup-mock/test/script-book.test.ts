import { describe, expect, it } from 'vitest';
import { parseRules } from '../src/script/parse-rules.js';
import { ScriptBook } from '../src/script/script-book.js';

const book = (text: string) => new ScriptBook(parseRules(text));
const subject = { path: '/p', objectType: 'blob', objectId: 'x', cleanupId: 'c1' };

function answers(scripts: ScriptBook, calls: number, cleanupId = 'c1') {
  return Array.from({ length: calls }, () => {
    const answer = scripts.next({ ...subject, cleanupId })?.answer;
    return answer?.kind === 'status' ? answer.status : answer?.kind;
  });
}

describe('the rules in force', () => {
  it('take a cleanup through the steps in turn, and leave it at the last one', () => {
    expect(answers(book('500x2, 503, ok'), 6)).toEqual([500, 500, 503, 200, 200, 200]);
  });

  it('count each cleanup on its own', () => {
    const scripts = book('500, ok');
    expect(answers(scripts, 1, 'c1')).toEqual([500]);
    expect(answers(scripts, 2, 'c2')).toEqual([500, 200]);
    expect(answers(scripts, 1, 'c1')).toEqual([200]);
  });

  it('prefer object to path to type to all, in whatever order they were written', () => {
    const all = ['500', 'type blob: 501', 'path /p: 502', 'object blob/x: 503'];
    for (const expected of [503, 502, 501, 500]) {
      expect(answers(book(all.join('\n')), 1)).toEqual([expected]);
      all.pop();
    }
  });

  it('have nothing to say to a call that none is for', () => {
    expect(answers(book('type cache-entry: 500\npath /other: 500\nobject blob/y: 500'), 1)).toEqual([
      undefined,
    ]);
  });

  it('begin anew when they are replaced', () => {
    const scripts = book('500, ok');
    answers(scripts, 2);
    scripts.replace(parseRules('hang, ok'));
    expect(answers(scripts, 2)).toEqual(['hang', 200]);
  });

  it('forget the cleanup that began first when there are more than 100,000', () => {
    const scripts = book('500, ok');
    expect(answers(scripts, 1, 'first')).toEqual([500]);
    for (let n = 1; n < 100_000; n += 1) scripts.next({ ...subject, cleanupId: `c${n}` });
    expect(answers(scripts, 1, 'first')).toEqual([200]);
    scripts.next({ ...subject, cleanupId: 'one too many' });
    expect(answers(scripts, 1, 'c1')).toEqual([200]);
    expect(answers(scripts, 1, 'first')).toEqual([500]);
  });
});
