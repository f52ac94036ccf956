import { randomBytes } from 'node:crypto'

// Crockford's base 32: nothing that reads like something else. 32 letters take 5 bits of a byte without bias.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** `acc_` and 16 characters, 80 random bits: never reused. */
export function newAccountId(): string {
  return `acc_${[...randomBytes(16)].map((byte) => ALPHABET[byte & 31]).join('')}`
}
