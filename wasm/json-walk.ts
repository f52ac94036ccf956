// The walk over usual JSON, in AssemblyScript: a language that reads as TypeScript and becomes WebAssembly, where sixteen
// bytes of a string are looked at together. `npm run wasm` compiles it to src/lib/proxy/wire/json-walk.wasm, and
// src/lib/proxy/wire/json-walk.ts is its other side. docs/decisions/0020 says why it is there.
//
// It knows less than the walk in json-scan.ts and is never wrong: whatever is not as usual (an escape in a key, a key twice,
// deep nesting, anything that is not valid) makes it answer ODD, and then the other walk decides. So each function here
// answers 0, which is no offset of anything, as soon as something is odd.

/** Where what was found is left for the other side, as 32-bit numbers. */
const RESULTS: usize = 0
/** Names to look for: 32 bytes each, the first one the length. */
const REQUEST_NAMES: usize = 1 << 10
const COUNT_NAMES: usize = 2 << 10
const NAME_BYTES: usize = 32
/** The text is put here. Behind it is room to read beyond its end. */
const WINDOW: usize = 4 << 10

const USUAL = 1
const ODD = 0
/** A bit for each open value says what closes it. */
const MOST_OPEN = 60
/** As in opening-messages.ts. */
const OPENING_MESSAGES = 8

const QUOTE: u8 = 0x22
const BACKSLASH: u8 = 0x5c
const COMMA: u8 = 0x2c
const COLON: u8 = 0x3a
const MINUS: u8 = 0x2d
const OPEN_ARRAY: u8 = 0x5b
const CLOSE_ARRAY: u8 = 0x5d
const OPEN_OBJECT: u8 = 0x7b
const CLOSE_OBJECT: u8 = 0x7d

// Words as they stand in memory, the first letter in the lowest byte.
const TRUE: u32 = 0x65757274
const ALSE: u32 = 0x65736c61
const NULL: u32 = 0x6c6c756e
const MODE: u32 = 0x65646f6d
const ROLE: u32 = 0x656c6f72
const CODE: u32 = 0x65646f63
const USAG: u32 = 0x67617375
const QUOTED_USE: u32 = 0x65737522
const R_QUOTED: u16 = 0x2272
const CONTENT: u64 = 0x746e65746e6f63
const ERRORTYP: u64 = 0x707954726f727265
const QUOTED_ERROR: u64 = 0x22726f72726522
const LETTER_E: u8 = 0x65
const SEVEN_BYTES: u64 = 0xffffffffffffff
const IN_LOWER_CASE: u32 = 0x20202020

let end: usize = 0
/** Some string of the text is "error", or ends so after a quote. */
let sawError: bool = false
/** The key that `nextKey` came to, without its quotes. */
let keyStart: usize = 0
let keyLength: usize = 0
/** The offset after the object, where `nextKey` came to its end. */
let objectEnd: usize = 0

/**
 * Walks a request of so many bytes. USUAL: RESULTS has the offset after its opening brace; then, for each of the `names`,
 * where its value begins and ends (0: it has none); then how many contents its opening messages have, and where each of
 * them begins and ends. `messages`: which of the names they have.
 */
export function walkRequest(length: i32, names: i32, messages: i32): i32 {
  begin(length)
  const open = skipSpace(WINDOW)
  if (load<u8>(open) != OPEN_OBJECT) return ODD
  const spans = RESULTS + 4
  const contents = spans + 8 * names
  memory.fill(spans, 0, 8 * names + 4)
  store<i32>(RESULTS, i32(open + 1 - WINDOW))
  let at = open + 1
  let isFirst = true
  for (;;) {
    const value = nextKey(at, isFirst)
    if (value == 0) break
    isFirst = false
    const name = nameOf(REQUEST_NAMES, names)
    if (name < 0) {
      if (isOddKey()) return ODD
      at = skipValue(value)
    } else {
      const span = spans + 8 * name
      if (load<i32>(span + 4) != 0) return ODD
      at = name == messages ? skipMessages(value, contents) : skipValue(value)
      leaveSpan(span, value, at)
    }
    if (at == 0) return ODD
  }
  return isFirst ? ODD : isWhole()
}

/**
 * Walks an answer of so many bytes, which may not look like an error anywhere. USUAL: RESULTS has where its usage begins and
 * ends (0: it has none); then the same for each of the `names` in it.
 */
export function walkAnswer(length: i32, names: i32): i32 {
  begin(length)
  const open = skipSpace(WINDOW)
  if (load<u8>(open) != OPEN_OBJECT) return ODD
  memory.fill(RESULTS, 0, 8 + 8 * names)
  let at = open + 1
  let isFirst = true
  for (;;) {
    const value = nextKey(at, isFirst)
    if (value == 0) break
    isFirst = false
    if (keyLength == 5 && load<u32>(keyStart) == USAG && load<u8>(keyStart + 4) == LETTER_E) {
      if (load<i32>(RESULTS + 4) != 0) return ODD
      at = load<u8>(value) == OPEN_OBJECT ? skipCounts(value, names) : skipValue(value)
      leaveSpan(RESULTS, value, at)
    } else if (isErrorsKey()) return ODD
    else at = skipValue(value)
    if (at == 0) return ODD
  }
  return sawError ? ODD : isWhole()
}

function begin(length: i32): void {
  end = WINDOW + length
  sawError = false
}

/** Nothing but space stands behind the object. */
function isWhole(): i32 {
  return objectEnd != 0 && skipSpace(objectEnd) == end ? USUAL : ODD
}

function leaveSpan(span: usize, from: usize, to: usize): void {
  store<i32>(span, i32(from - WINDOW))
  store<i32>(span + 4, i32(to - WINDOW))
}

// ---- objects ----

/**
 * On to the next key of an object: the offset of its value. 0: the object has ended, and `objectEnd` is behind it; or that
 * is 0 too, and something is odd.
 */
function nextKey(from: usize, isFirst: bool): usize {
  let at = skipSpace(from)
  const byte = load<u8>(at)
  objectEnd = 0
  if (byte == CLOSE_OBJECT) {
    objectEnd = at + 1
    return 0
  }
  if (!isFirst) {
    if (byte != COMMA) return 0
    at = skipSpace(at + 1)
  }
  if (load<u8>(at) != QUOTE) return 0
  const after = skipString(at)
  if (after == 0) return 0
  keyStart = at + 1
  keyLength = after - 2 - at
  return skipColon(after)
}

function skipColon(from: usize): usize {
  const colon = skipSpace(from)
  return load<u8>(colon) == COLON ? skipSpace(colon + 1) : 0
}

/** Which of the names the key is; -1: none. */
function nameOf(names: usize, count: i32): i32 {
  for (let index = 0; index < count; index++) {
    const name = names + usize(index) * NAME_BYTES
    if (load<u8>(name) == keyLength && isSame(keyStart, name + 1, keyLength)) return index
  }
  return -1
}

function isSame(a: usize, b: usize, length: usize): bool {
  for (let index: usize = 0; index < length; index++) {
    if (load<u8>(a + index) != load<u8>(b + index)) return false
  }
  return true
}

/** One that somebody might read as one of the names: written with an escape, or `Model`. */
function isOddKey(): bool {
  return hasEscape() || (keyLength == 5 && (load<u32>(keyStart) | IN_LOWER_CASE) == MODE)
}

function hasEscape(): bool {
  for (let index: usize = 0; index < keyLength; index++) {
    if (load<u8>(keyStart + index) == BACKSLASH) return true
  }
  return false
}

/** `code` or `errorType`. */
function isErrorsKey(): bool {
  if (keyLength == 4) return load<u32>(keyStart) == CODE
  return keyLength == 9 && load<u64>(keyStart) == ERRORTYP && load<u8>(keyStart + 8) == LETTER_E
}

/** An object of counts: where those with the names stand goes behind the span of the object itself. */
function skipCounts(open: usize, names: i32): usize {
  let at = open + 1
  let isFirst = true
  while (at < end) {
    const value = nextKey(at, isFirst)
    if (value == 0) return objectEnd
    isFirst = false
    const name = nameOf(COUNT_NAMES, names)
    if (name < 0 && hasEscape()) return 0
    at = skipValue(value)
    if (at == 0) return 0
    if (name >= 0) leaveSpan(RESULTS + 8 + 8 * name, value, at)
  }
  return 0
}

// ---- messages ----

/** Leaves at `contents` how many contents the messages up to the first of the user have, and where they stand. */
function skipMessages(from: usize, contents: usize): usize {
  if (load<u8>(from) != OPEN_ARRAY) return skipValue(from)
  let at = skipSpace(from + 1)
  if (load<u8>(at) == CLOSE_ARRAY) return at + 1
  let left = OPENING_MESSAGES
  while (at < end) {
    const isOpening = left > 0 && load<u8>(at) == OPEN_OBJECT
    left--
    if (!isOpening) at = skipValue(at)
    else {
      at = skipMessage(at, contents)
      if (isUsers) left = 0
    }
    if (at == 0) return 0
    at = skipSpace(at)
    const byte = load<u8>(at)
    if (byte == CLOSE_ARRAY) return at + 1
    if (byte != COMMA) return 0
    at = skipSpace(at + 1)
  }
  return 0
}

/** The message that `skipMessage` went over is the user's. */
let isUsers: bool = false

function skipMessage(open: usize, contents: usize): usize {
  const count = load<i32>(contents)
  const span = contents + 4 + 8 * count
  let at = open + 1
  let isFirst = true
  let hasContent = false
  isUsers = false
  for (;;) {
    const value = nextKey(at, isFirst)
    if (value == 0) break
    isFirst = false
    const isContent = keyLength == 7 && (load<u64>(keyStart) & SEVEN_BYTES) == CONTENT
    if (keyLength == 4 && load<u32>(keyStart) == ROLE)
      isUsers = load<u32>(value) == QUOTED_USE && load<u16>(value + 4) == R_QUOTED
    at = skipValue(value)
    if (at == 0) return 0
    if (isContent) {
      leaveSpan(span, value, at)
      hasContent = true
    }
  }
  if (hasContent) store<i32>(contents, count + 1)
  return objectEnd
}

// ---- values ----

/** A loop, so that nesting takes no stack. */
function skipValue(from: usize): usize {
  let at = from
  let open = 0
  let areObjects: u64 = 0
  let isFirst = false
  while (at < end) {
    const byte = load<u8>(at)
    if (byte == OPEN_OBJECT || byte == OPEN_ARRAY) {
      if (open == MOST_OPEN) return 0
      areObjects = (areObjects << 1) | u64(byte == OPEN_OBJECT)
      open++
      at++
      isFirst = true
    } else {
      at = byte == QUOTE ? skipString(at) : skipScalar(at)
      if (at == 0) return 0
    }
    while (open > 0) {
      const isObject = (areObjects & 1) != 0
      at = skipSpace(at)
      const next = load<u8>(at)
      if (next == (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        areObjects >>= 1
        open--
        at++
        isFirst = false
        continue
      }
      if (isFirst) isFirst = false
      else if (next == COMMA) at = skipSpace(at + 1)
      else return 0
      if (isObject) {
        if (load<u8>(at) != QUOTE) return 0
        at = skipString(at)
        if (at == 0) return 0
        at = skipColon(at)
        if (at == 0) return 0
      }
      break
    }
    if (open == 0) return at
  }
  return 0
}

function skipString(quote: usize): usize {
  const quotes = i8x16.splat(QUOTE)
  const escapes = i8x16.splat(BACKSLASH)
  let at = quote + 1
  while (at < end) {
    const bytes = v128.load(at)
    const found = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, escapes)))
    if (found == 0) {
      at += 16
      continue
    }
    at += ctz(found)
    if (load<u8>(at) == QUOTE) {
      if (at >= end) return 0
      if (load<u64>(at - 7) >>> 8 == QUOTED_ERROR) sawError = true
      return at + 1
    }
    at += 2
  }
  return 0
}

function skipScalar(at: usize): usize {
  switch (load<u8>(at)) {
    case 0x74:
      return load<u32>(at) == TRUE ? at + 4 : 0
    case 0x66:
      return load<u32>(at + 1) == ALSE ? at + 5 : 0
    case 0x6e:
      return load<u32>(at) == NULL ? at + 4 : 0
    default:
      return skipNumber(at)
  }
}

function skipNumber(from: usize): usize {
  const whole = from + usize(load<u8>(from) == MINUS)
  let at = skipDigits(whole)
  if (at == whole || (load<u8>(whole) == 0x30 && at > whole + 1)) return 0
  if (load<u8>(at) == 0x2e) {
    const fraction = at + 1
    at = skipDigits(fraction)
    if (at == fraction) return 0
  }
  const e = load<u8>(at)
  if (e != 0x65 && e != 0x45) return at
  const sign = load<u8>(at + 1)
  const exponent = sign == 0x2b || sign == MINUS ? at + 2 : at + 1
  at = skipDigits(exponent)
  return at == exponent ? 0 : at
}

function skipDigits(from: usize): usize {
  let at = from
  while (at < end && u8(load<u8>(at) - 0x30) < 10) at++
  return at
}

function skipSpace(from: usize): usize {
  let at = from
  while (at < end) {
    const byte = load<u8>(at)
    if (byte > 0x20) return at
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return at
    at++
  }
  return at
}
