import type { Passage } from './passages.ts'

export interface Violation {
  file: string
  line: number
  rule: 'word' | 'length' | 'pronoun'
  message: string
}

export const MAX_SENTENCE_WORDS = 20

/** Forbidden words and phrases, each with its replacement. */
const forbidden: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bwho(?:ever|m|se)?\b/gi, 'the account, the client, the caller; "which" or "that" for things'],
  [/\b(?:no|some|any|every)body\b/gi, 'no account, a client, another process'],
  [/\banew\b/gi, 'again'],
  [/\bfor good\b/gi, 'permanently'],
  [/\bfor ever\b/gi, 'forever, or name the end'],
  [/\bof ours\b/gi, 'our, or name the owner'],
  [/\bnearly all\b/gi, 'most'],
  [/\bnearly always\b/gi, 'usually'],
  [/\b(?:is|are|was|were|be|been|being) told\b/gi, 'receives, is notified, is reported'],
  [/\btold of\b/gi, 'reported'],
  [/\bstands? (?:in|for|there|here|at|behind|beside)\b/gi, 'is in, represents'],
  [/\bgo(?:es)? on\b/gi, 'continues'],
  [/\bby itself\b/gi, 'automatically, alone'],
  [/\bwhose turn\b/gi, 'the next'],
  [/\bcools? down\b/gi, 'is in cooldown'],
  [/\bsaid otherwise\b/gi, 'stated'],
  [/\botherwise\b(?= than)/gi, 'differently from'],
]

/** A comment that opens with one of these words has no clear subject. */
const PRONOUN =
  /^(?:It|They|Them|Who|Whom|Whose|What|Where|Of|One|Those|These|Both|Such|Some|So|Each|Neither|None)\b/

export function opensWithPronoun(text: string): boolean {
  return PRONOUN.test(text)
}

export function checkPassage(passage: Passage): Violation[] {
  const { file, line, text } = passage
  const prose = withoutCode(text)
  const found: Violation[] = []
  for (const [pattern, instead] of forbidden) {
    for (const match of prose.matchAll(pattern)) {
      found.push({ file, line, rule: 'word', message: `"${match[0]}": write ${instead}` })
    }
  }
  if (passage.kind === 'message') return found
  for (const sentence of splitSentences(prose)) {
    const words = countWords(sentence)
    if (words <= MAX_SENTENCE_WORDS) continue
    const start = sentence.trim().split(/\s+/).slice(0, 6).join(' ')
    found.push({ file, line, rule: 'length', message: `${words} words: "${start} ..."` })
  }
  return found
}

export function countWords(text: string): number {
  return withoutCode(text).match(/[\p{L}\p{N}][\p{L}\p{N}'’./-]*/gu)?.length ?? 0
}

/** A code span counts as one word, and so does a shape in braces; a link counts as its text. */
function withoutCode(text: string): string {
  return text
    .replace(/\{[^{}]*\}/g, 'code')
    .replace(/\{[^{}]*\}/g, 'code')
    .replace(/`[^`]*`/g, 'code')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/https?:\/\/\S+/g, 'link')
}

function splitSentences(text: string): string[] {
  return text.split(/(?<=[.!?:;])["')\]]*\s+|\n\s*\n|\s·\s/)
}
