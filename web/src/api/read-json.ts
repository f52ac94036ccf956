/** Control characters and direction marks, which the command line removes too (`src/lib/base/text/printable.ts`). */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
/** The same in JSON text, raw or as an escape: most documents have none, and need one search. */
const MAY_BE_UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\\[bfnrtu]/

/** Parses JSON of the API. Text of clients and services, such as a model's name, is made safe to show. */
export function readJson(text: string): unknown {
  return MAY_BE_UNSAFE.test(text) ? JSON.parse(text, shown) : JSON.parse(text)
}

function shown(_key: string, value: unknown): unknown {
  return typeof value === 'string'
    ? value.replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ').replace(UNSAFE, '\ufffd')
    : value
}
