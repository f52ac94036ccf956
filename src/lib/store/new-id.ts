import { randomBytes } from 'node:crypto'

// Crockford's base 32, which leaves out letters that look alike. 32 letters take 5 bits of a byte without bias.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** `acc_` and 16 characters, 80 random bits: unique in practice. */
export function makeAccountId(): string {
  return `acc_${[...randomBytes(16)].map((byte) => ALPHABET[byte & 31]).join('')}`
}
